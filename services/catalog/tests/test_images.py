"""Images from the announcement to the shop window, on a disk and in an S3-compatible store."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from libs.db.transaction import reading, transaction
from libs.testing.service_fixtures import ServiceApp
from services.catalog.commands import images
from services.catalog.tests.studio import Studio
from services.catalog.tests.test_image_file import picture


@pytest.fixture
def app(service_app: ServiceApp, media_url: str) -> Iterator[Flask]:
    """The service with a place for images."""
    made = service_app("catalog", ARGOSY_CATALOG_MEDIA_URL=media_url)
    with made.app_context():
        yield made


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


def test_images_are_shown_in_the_order_that_is_asked_for(studio: Studio) -> None:
    first, second = studio.add(picture()), studio.add(picture(size=(50, 50)))

    order = {"images": [second, first]}
    answer = studio.client.patch(f"{studio.product}/images", json=order, headers=studio.admin)

    assert answer.status_code == 200
    assert [one["id"] for one in studio.shown()] == [second, first]


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
