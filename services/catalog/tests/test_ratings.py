"""The rating projection: what customers think of a product is shown with it."""

from uuid import UUID

from flask.testing import FlaskClient

from libs.contracts.reviews import RatingChanged
from libs.db.transaction import transaction
from libs.ids import from_text, uuid7
from services.catalog import tasks
from services.catalog.tests.shop import Shop


def tell(product_id: UUID, *, count: int, total: int, version: int) -> None:
    """A fact arrives."""
    fact = RatingChanged(product_id=product_id, version=version, count=count, sum=total)
    with transaction() as session:
        tasks.project_rating(session, fact)


def rated(shop: Shop, product_id: UUID) -> tuple[float | None, int]:
    rating = shop.card(product_id).rating
    return rating.average, rating.count


def test_a_product_that_nobody_has_rated_has_no_average(shop: Shop) -> None:
    assert rated(shop, shop.add("Mug")) == (None, 0)


def test_the_newest_rating_is_shown_in_whatever_order_they_arrive(shop: Shop) -> None:
    product_id = shop.add("Mug")

    tell(product_id, count=3, total=13, version=3)
    tell(product_id, count=2, total=10, version=2)

    assert rated(shop, product_id) == (4.33, 3)


def test_a_product_whose_last_review_is_gone_has_no_average_again(shop: Shop) -> None:
    product_id = shop.add("Mug")

    tell(product_id, count=1, total=5, version=1)
    tell(product_id, count=0, total=0, version=2)

    assert rated(shop, product_id) == (None, 0)


def test_a_rating_may_come_before_its_product_and_is_no_change_of_any(shop: Shop) -> None:
    product_id = shop.add("Mug")

    tell(uuid7(), count=1, total=1, version=1)
    tell(product_id, count=1, total=4, version=1)

    assert (shop.card(product_id).version, len(shop.facts())) == (1, 1)


def test_lists_and_details_show_the_rating(client: FlaskClient, mug: str) -> None:
    product_id = from_text("prd", mug.rpartition("/")[2])

    tell(product_id, count=2, total=9, version=1)

    shown = {"average": 4.5, "count": 2}
    [card] = client.get("/api/v1/products").get_json()["data"]
    assert client.get(mug).get_json()["rating"] == card["rating"] == shown


def test_a_new_rating_is_a_new_representation(client: FlaskClient, mug: str) -> None:
    before = client.get(mug).headers["ETag"]

    tell(from_text("prd", mug.rpartition("/")[2]), count=1, total=5, version=1)

    assert client.get(mug, headers={"If-None-Match": before}).status_code == 200
