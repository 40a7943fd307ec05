"""Pre-signed requests, held against the reference client and the manual of S3."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from libs.settings import SettingsError
from libs.testing.s3_server import KEY, SECRET, botocore
from services.catalog.media.signing import Signer
from services.catalog.settings import CatalogSettings


def test_our_signature_is_that_of_the_reference_client(s3_server: str) -> None:
    port = int(s3_server.rpartition(":")[2])
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
