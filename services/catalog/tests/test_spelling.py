"""Searches forgive slips, with pg_trgm and without it."""

import pytest
from flask import Flask
from sqlalchemy import text

from libs.db.transaction import reading, transaction
from services.catalog.rules.typos import deletions, nearest, slips
from services.catalog.tests.shop import Shop


@pytest.fixture(params=["pg_trgm", "no contrib"])
def catalog(request: pytest.FixtureRequest, shop: Shop, app: Flask) -> Shop:
    """A shop on a server with pg_trgm, and on one that never heard of it."""
    if request.param == "no contrib":
        with transaction() as session:
            session.execute(text("DROP EXTENSION pg_trgm CASCADE"))
    shop.add("Running Shoes", brand=shop.brand("Adidas"))
    shop.add("Espresso Machine", brand=shop.brand("Gaggia"))
    shop.add("Mug")
    shop.learn()
    return shop


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("shoez", "Running Shoes"),
        ("shos", "Running Shoes"),
        ("shhoes", "Running Shoes"),
        ("hsoes", "Running Shoes"),
        ("runing sheos", "Running Shoes"),
        ("adidsa shoes", "Running Shoes"),
        ("bug", "Mug"),
        ("espreso", "Espresso Machine"),
    ],
)
def test_a_word_with_one_slip_is_found(catalog: Shop, typed: str, found: str) -> None:
    assert catalog.names(q=typed) == [found]


def test_what_is_far_from_every_word_is_not_found(catalog: Shop) -> None:
    assert catalog.names(q="refrigerator") == []
    assert catalog.names(q="shoes refrigerator") == []


def test_a_right_word_is_never_corrected(catalog: Shop) -> None:
    catalog.add("Mud")
    catalog.learn()

    assert catalog.names(q="mug") == ["Mug"]


def test_a_filter_that_nothing_passes_does_not_make_a_word_wrong(catalog: Shop) -> None:
    catalog.add("Mud")
    catalog.learn()

    assert catalog.names(q="mug", price_lte=1) == []


def test_a_corrected_search_is_counted_and_turned_as_any_other(catalog: Shop) -> None:
    for number in range(3):
        catalog.add(f"Teapot {number}", brand="gaggia")
    catalog.learn()

    assert len(catalog.names(q="taepot")) == 3
    assert catalog.facets(q="taepot") == {"brand": [("gaggia", 3)]}


def test_two_slips_in_a_long_word_are_forgiven_where_pg_trgm_is(shop: Shop) -> None:
    shop.add("Espresso Machine")
    shop.learn()

    assert shop.names(q="esspreso machinne") == ["Espresso Machine"]


def test_what_was_learned_is_not_queued_any_more_unless_it_changed_again(shop: Shop) -> None:
    product_id = shop.add("Mug")
    shop.learn()

    shop.change(product_id, name="Beaker")

    with reading() as session:
        waiting = session.scalars(text("SELECT product_id FROM search_change")).all()
    assert waiting == [product_id]


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("", "", 0), ("a", "", 1), ("abc", "acb", 1), ("abc", "abd", 1), ("kitten", "sitting", 3)],
)
def test_slips_are_counted(one: str, other: str, distance: int) -> None:
    assert slips(one, other) == slips(other, one) == distance


def test_words_one_slip_apart_share_a_deletion() -> None:
    for typed in ("shoez", "shos", "shhoes", "hsoes", "xshoes", "shoesx"):
        assert set(deletions(typed)) & set(deletions("shoes"))


def test_a_short_word_two_slips_away_is_another_word() -> None:
    assert nearest("mug", ["mud", "dug", "jar"]) == ["dug", "mud"]


def test_slips_are_found_in_any_alphabet() -> None:
    assert set(deletions("чайнкк")) & set(deletions("чайник"))
    assert nearest("чайнкк", ["чайник"]) == ["чайник"]
