"""Images from the announcement to the shop window, on a disk and in an S3-compatible store."""

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from botocore.config import Config
from botocore.session import Session as Botocore
from flask import Flask
from sqlalchemy import text

from libs import ids
from libs.contracts.catalog import WorkImage
from libs.db.transaction import reading, transaction
from libs.settings import SettingsError
from libs.testing.servers.private import free_port
from libs.testing.service_fixtures import ServiceApp
from services.catalog import tasks
from services.catalog.commands import images
from services.catalog.media.signing import Signer
from services.catalog.settings import CatalogSettings
from services.catalog.tests.test_image_file import SVG, huge_png, picture

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


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 API with an empty bucket."""
    port = free_port()
    command = (sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as server:  # noqa: S603  a fixed program
        _await(port)
        client = botocore(port)
        client.create_bucket(Bucket="pictures")
        client.put_bucket_policy(Bucket="pictures", Policy=json.dumps(READABLE))
        yield f"127.0.0.1:{port}"
        server.terminate()


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
            assert time.monotonic() < until
            time.sleep(0.1)
        else:
            return


@pytest.fixture(params=["disk", "s3"])
def app(request: pytest.FixtureRequest, service_app: ServiceApp, tmp_path: Path) -> Iterator[Flask]:
    """The service with a place for images."""
    if request.param == "disk":
        url = f"file://{tmp_path}"
    else:
        secret = SECRET.replace("/", "%2F").replace("+", "%2B")
        url = f"s3+http://{KEY}:{secret}@{request.getfixturevalue('s3')}/pictures"
    made = service_app("catalog", ARGOSY_CATALOG_MEDIA_URL=url)
    with made.app_context():
        yield made


class Studio:
    """Announces, uploads and finishes images of one product."""

    def __init__(self, client: Any, admin: dict[str, str], product: str) -> None:
        self.client = client
        self.admin = admin
        self.product = product

    def announce(self, data: bytes, **changes: Any) -> Any:
        body = {"content_type": "image/png", "size": len(data), "alt": "A mug"} | changes
        return self.client.post(f"{self.product}/images", json=body, headers=self.admin)

    def hand_in(self, upload: dict[str, Any], data: bytes) -> int:
        """As any HTTP client does, without our token."""
        headers = upload["headers"]
        if upload["url"].startswith("/"):
            answer = self.client.put(upload["url"], data=data, headers=headers)
            return int(answer.status_code)
        request = urllib3.request(
            upload["method"], upload["url"], body=data, headers=headers, timeout=10.0
        )
        return request.status

    def complete(self, image_id: str) -> Any:
        return self.client.post(f"{self.product}/images/{image_id}/complete", headers=self.admin)

    def work(self, image_id: str) -> None:
        tasks.work_image(WorkImage(image_id=ids.from_text("img", image_id)))

    def add(self, data: bytes, **changes: Any) -> str:
        """From the announcement to the shop window."""
        announced = self.announce(data, **changes).json
        assert self.hand_in(announced["upload"], data) in (200, 204)
        assert self.complete(announced["id"]).status_code == 202
        self.work(announced["id"])
        return str(announced["id"])

    def shown(self) -> list[dict[str, Any]]:
        answer = self.client.get(self.product).json["images"]
        assert isinstance(answer, list)
        return answer

    def fetch(self, url: str) -> bytes | None:
        if url.startswith("/"):
            answer = self.client.get(url)
            return answer.data if answer.status_code == 200 else None
        found = urllib3.request("GET", url, timeout=10.0)
        return found.data if found.status == 200 else None


@pytest.fixture
def studio(client: Any, admin: dict[str, str], mug: str) -> Studio:
    return Studio(client, admin, mug)


def test_an_uploaded_image_is_shown_in_several_sizes(studio: Studio) -> None:
    image_id = studio.add(picture(size=(900, 600)))

    (shown,) = studio.shown()
    assert (shown["id"], shown["alt"]) == (image_id, "A mug")
    assert [(f["width"], f["height"]) for f in shown["files"]] == [
        (900, 600),
        (800, 533),
        (320, 213),
    ]
    for file in shown["files"]:
        data = studio.fetch(file["url"])
        assert data is not None
        assert data[8:12] == b"WEBP"


def test_an_image_is_shown_in_lists_too(studio: Studio) -> None:
    studio.add(picture())

    (card,) = studio.client.get("/api/v1/products").json["data"]

    assert card["images"] == studio.shown()


def test_nothing_is_shown_before_the_files_are_made(studio: Studio) -> None:
    data = picture()
    announced = studio.announce(data).json
    studio.hand_in(announced["upload"], data)
    studio.complete(announced["id"])

    assert studio.shown() == []


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(SVG, id="an SVG script"),
        pytest.param(picture() + b"PK\x03\x04", id="a polyglot"),
        pytest.param(huge_png(50_000, 50_000), id="too many pixels"),
        pytest.param(picture("JPEG"), id="another type"),
        pytest.param(picture()[:-4], id="cut off"),
    ],
)
def test_an_upload_that_is_no_plain_image_is_refused(studio: Studio, data: bytes) -> None:
    announced = studio.announce(data).json
    studio.hand_in(announced["upload"], data)

    answer = studio.complete(announced["id"])

    assert (answer.status_code, answer.json["code"]) == (422, "catalog.bad_image")
    assert studio.shown() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"filename": "../../etc/passwd"},
        {"filename": "a/b.png"},
        {"filename": "a\\b.png"},
        {"filename": "C:b.png"},
        {"filename": ".."},
        {"filename": "a\x00.png"},
        {"content_type": "image/svg+xml"},
        {"content_type": "text/html"},
        {"size": 0},
        {"size": 10 * 1024 * 1024 + 1},
        {"key": "images/x"},
    ],
)
def test_an_announcement_that_means_harm_is_refused(
    studio: Studio, changes: dict[str, Any]
) -> None:
    assert studio.announce(picture(), **changes).status_code == 422


def test_an_image_of_nothing_cannot_be_completed(studio: Studio) -> None:
    announced = studio.announce(picture()).json

    answer = studio.complete(announced["id"])

    assert (answer.status_code, answer.json["code"]) == (409, "catalog.nothing_uploaded")


def test_an_upload_of_another_size_than_announced_is_refused(studio: Studio) -> None:
    data = picture()
    announced = studio.announce(data, size=len(data) + 1).json
    upload = announced["upload"]
    upload["headers"].pop("Content-Length", None)

    status = studio.hand_in(upload, data)

    assert status == 422 or studio.complete(announced["id"]).status_code == 422


def test_an_image_that_cannot_be_decoded_is_refused_by_the_job_with_the_reason(
    studio: Studio,
) -> None:
    studio.add(huge_png(10, 10))

    (seen,) = studio.client.get(f"{studio.product}/images", headers=studio.admin).json["data"]
    assert (seen["state"], seen["problem"]) == ("refused", "the image cannot be decoded")
    assert studio.client.get(f"{studio.product}/images").json["data"] == []


def test_images_are_shown_in_the_order_that_is_asked_for(studio: Studio) -> None:
    first, second = studio.add(picture()), studio.add(picture(size=(50, 50)))

    order = {"images": [second, first]}
    answer = studio.client.patch(f"{studio.product}/images", json=order, headers=studio.admin)

    assert answer.status_code == 200
    assert [one["id"] for one in studio.shown()] == [second, first]


def test_an_order_names_each_image_once(studio: Studio) -> None:
    first = studio.add(picture())

    for wrong in ([first, first], [ids.to_text("img", ids.uuid7())]):
        answer = studio.client.patch(
            f"{studio.product}/images", json={"images": wrong}, headers=studio.admin
        )
        assert (answer.status_code, answer.json["code"]) == (422, "catalog.wrong_image_order")


def test_an_image_is_described_anew_under_its_version(studio: Studio) -> None:
    image_id = studio.add(picture())
    address = f"{studio.product}/images/{image_id}"

    stale = studio.client.patch(
        address, json={"alt": "No"}, headers=studio.admin | {"If-Match": '"1"'}
    )
    fresh = studio.client.patch(address, json={"alt": "Two mugs"}, headers=studio.admin)

    assert (stale.status_code, fresh.status_code) == (412, 200)
    assert [one["alt"] for one in studio.shown()] == ["Two mugs"]


def test_a_deleted_image_goes_with_its_files(studio: Studio) -> None:
    image_id = studio.add(picture())
    (shown,) = studio.shown()

    answer = studio.client.delete(f"{studio.product}/images/{image_id}", headers=studio.admin)
    studio.work(image_id)

    assert (answer.status_code, studio.shown()) == (204, [])
    assert [studio.fetch(file["url"]) for file in shown["files"]] == [None] * len(shown["files"])
    with reading() as session:
        assert not session.scalar(text("SELECT count(*) FROM product_image"))


def test_working_twice_changes_nothing(studio: Studio) -> None:
    image_id = studio.add(picture())
    before = studio.shown()

    studio.work(image_id)

    assert studio.shown() == before


def test_what_nobody_uploads_is_forgotten_and_what_a_worker_left_is_resumed(studio: Studio) -> None:
    studio.announce(picture())
    data = picture(size=(7, 7))
    left = studio.announce(data).json
    studio.hand_in(left["upload"], data)
    studio.complete(left["id"])
    with transaction() as session:
        session.execute(text("UPDATE product_image SET due_at = now()"))

    with transaction() as session:
        resumed = images.resume(session)

    with reading() as session:
        states = session.scalars(text("SELECT state FROM product_image ORDER BY position")).all()
    assert (resumed, list(states)) == (2, ["deleting", "processing"])


def test_a_product_has_a_bounded_number_of_images(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MAX_IMAGES", 1)
    studio.announce(picture())

    answer = studio.announce(picture())

    assert (answer.status_code, answer.json["code"]) == (409, "catalog.too_many_images")


def test_an_image_of_another_product_is_not_found(studio: Studio) -> None:
    image_id = studio.add(picture())
    body = {
        "name": "Cup",
        "variants": [{"sku": "CUP", "prices": [{"amount": 1, "currency": "EUR"}]}],
    }
    other = studio.client.post("/api/v1/products", json=body, headers=studio.admin).headers[
        "Location"
    ]

    for method, path in (("DELETE", ""), ("POST", "/complete"), ("PATCH", "")):
        answer = studio.client.open(
            f"{other}/images/{image_id}{path}",
            method=method,
            headers=studio.admin,
            json={} if method == "PATCH" else None,
        )
        assert answer.status_code == 404


@pytest.mark.parametrize("token", ["x" * 43, "x" * 20])
def test_bytes_are_not_taken_without_the_token_of_the_announcement(
    studio: Studio, token: str
) -> None:
    announced = studio.announce(picture()).json

    answer = studio.client.put(
        f"/api/v1/media/uploads/{announced['id']}?token={token}",
        data=picture(),
        headers={"Content-Type": "image/png"},
    )

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "uploads/01a1fbd4-b0b2-7cac-bcad-7556839c1577",
        "../catalog.env",
        "images/..%2F..%2Fetc/passwd",
        "images/01a1fbd4-b0b2-7cac-bcad-7556839c1577/1.webp/../../x",
    ],
)
def test_nothing_but_files_of_ours_is_served(studio: Studio, path: str) -> None:
    assert studio.client.get(f"/api/v1/media/{path}").status_code == 404


def test_our_signature_is_that_of_the_reference_client(s3: str) -> None:
    port = int(s3.rpartition(":")[2])
    params = {"Bucket": "pictures", "Key": "uploads/a-b", "ContentType": "image/png"}
    theirs = botocore(port).generate_presigned_url("put_object", Params=params, ExpiresIn=900)
    query = parse_qs(urlsplit(theirs).query)
    at = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    url = theirs.partition("?")[0]

    ours = Signer(KEY, SECRET, "us-east-1").presigned(
        "PUT", url, {"Content-Type": "image/png"}, seconds=900, at=at
    )

    assert parse_qs(urlsplit(ours).query) == query


def test_the_example_of_the_s3_manual_has_its_signature() -> None:
    signer = Signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
    at = datetime(2013, 5, 24, tzinfo=UTC)

    url = signer.presigned(
        "GET", "https://examplebucket.s3.amazonaws.com/test.txt", {}, seconds=86400, at=at
    )

    signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    assert url.endswith(f"X-Amz-Signature={signature}")


@pytest.mark.parametrize(
    "url",
    ["s3+https://host/bucket", "s3+https://k:s@host", "file://host/folder", "file:///", "folder"],
)
def test_a_place_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="ARGOSY_CATALOG_MEDIA_URL"):
        CatalogSettings.from_env({"ARGOSY_CATALOG_MEDIA_URL": url})


def test_a_token_is_not_kept_as_it_is(studio: Studio) -> None:
    announced = studio.announce(picture()).json
    token = parse_qs(urlsplit(announced["upload"]["url"]).query).get("token", [""])[0]

    with reading() as session:
        kept = session.scalar(text("SELECT token_hash FROM product_image"))

    assert len(bytes(kept)) == hashlib.sha256().digest_size
    assert token.encode() not in bytes(kept) or not token
