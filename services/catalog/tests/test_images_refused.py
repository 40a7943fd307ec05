"""Images that mean harm, or that nobody announced, on a disk and in an S3-compatible store."""

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import text

from libs import ids
from libs.db.transaction import reading
from libs.testing.service_fixtures import ServiceApp
from services.catalog.commands import images
from services.catalog.tests.studio import Studio
from services.catalog.tests.test_image_file import SVG, huge_png, picture


@pytest.fixture
def app(service_app: ServiceApp, media_url: str) -> Iterator[Flask]:
    """The service with a place for images."""
    made = service_app("catalog", ARGOSY_CATALOG_MEDIA_URL=media_url)
    with made.app_context():
        yield made


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


def test_an_order_names_each_image_once(studio: Studio) -> None:
    first = studio.add(picture())

    for wrong in ([first, first], [ids.to_text("img", ids.uuid7())]):
        answer = studio.client.patch(
            f"{studio.product}/images", json={"images": wrong}, headers=studio.admin
        )
        assert (answer.status_code, answer.json["code"]) == (422, "catalog.wrong_image_order")


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


def test_a_token_is_not_kept_as_it_is(studio: Studio) -> None:
    announced = studio.announce(picture()).json
    token = parse_qs(urlsplit(announced["upload"]["url"]).query).get("token", [""])[0]

    with reading() as session:
        kept = session.scalar(text("SELECT token_hash FROM product_image"))

    assert len(bytes(kept)) == hashlib.sha256().digest_size
    assert token.encode() not in bytes(kept) or not token
