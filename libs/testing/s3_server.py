"""An S3 API on loopback, and the reference client to it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3
from botocore.config import Config
from botocore.session import Session as Botocore

from libs.testing.servers.private import free_port

# What an installation allows everybody, and nothing else.
READABLE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::pictures/images/*",
        }
    ],
}
KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@contextmanager
def running() -> Iterator[str]:
    """The address of an S3 API with an empty bucket."""
    port = free_port()
    command = (sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as server:  # noqa: S603  a fixed program
        try:
            _await(port)
            client = botocore(port)
            client.create_bucket(Bucket="pictures")
            client.put_bucket_policy(Bucket="pictures", Policy=json.dumps(READABLE))
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


def media_url(address: str) -> str:
    """The setting that leads a catalog to its bucket."""
    secret = SECRET.replace("/", "%2F").replace("+", "%2B")
    return f"s3+http://{KEY}:{secret}@{address}/pictures"


def botocore(port: int) -> Any:
    """The reference client."""
    return Botocore().create_client(
        "s3",
        region_name="us-east-1",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )


def _await(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib3.request("GET", f"http://127.0.0.1:{port}/moto-api/", retries=False, timeout=2.0)
        except urllib3.exceptions.HTTPError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
