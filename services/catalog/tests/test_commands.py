"""Writes of products: versions, facts, refusals."""

import pytest
from sqlalchemy import text

from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from libs.money import Money
from services.catalog.commands import products
from services.catalog.errors import (
    ProductNotFound,
    SameOptions,
    SameSku,
    SkuTaken,
    SlugTaken,
    UnknownBrand,
    UnknownCategory,
)
from services.catalog.tests.shop import ACTOR, Shop, variant

EUR, USD = Money(1000, "EUR"), Money(1200, "USD")


def test_a_new_product_is_announced_whole_as_version_1(shop: Shop) -> None:
    blue = variant("MUG-B", EUR, USD, options={"color": "blue"}, weight_g=300)

    product_id = shop.add("Mug", blue, tax_category="reduced")

    (fact,) = shop.facts()
    assert (fact.product_id, fact.version, fact.slug, fact.active) == (product_id, 1, "mug", True)
    (told,) = fact.variants
    assert (told.sku, told.title, told.weight_grams) == ("MUG-B", "Mug (blue)", 300)
    assert [(p.currency, p.amount_minor) for p in told.prices] == [("EUR", 1000), ("USD", 1200)]


def test_every_change_is_a_new_version_and_a_fact(shop: Shop) -> None:
    product_id = shop.add("Mug")

    shop.change(product_id, name="Cup")
    shop.delete(product_id)
    shop.restore(product_id)

    assert [fact.version for fact in shop.facts()] == [1, 2, 3, 4]
    assert [fact.active for fact in shop.facts()] == [True, True, False, True]


def test_a_change_to_what_already_is_changes_nothing(shop: Shop) -> None:
    product_id = shop.add("Mug")

    shop.change(product_id, name="Mug", variants=(variant("MUG"),))

    assert shop.card(product_id).version == 1
    assert len(shop.facts()) == 1


def test_deleting_twice_is_one_deletion(shop: Shop) -> None:
    product_id = shop.add("Mug")

    shop.delete(product_id)
    shop.delete(product_id)

    assert len(shop.facts()) == 2


def test_an_inactive_product_is_announced_as_not_for_sale(shop: Shop) -> None:
    shop.add("Mug", status="inactive")

    assert [fact.active for fact in shop.facts()] == [False]


def test_a_refused_product_leaves_no_trace(shop: Shop) -> None:
    shop.add("Mug")

    with pytest.raises(SkuTaken):
        shop.add("Cup", variant("CUP"), variant("MUG", options={"size": "large"}))

    assert shop.names() == ["Mug"]
    assert len(shop.facts()) == 1


def test_a_slug_is_made_from_the_name_and_stays_unique(shop: Shop) -> None:
    first = shop.add("Blue Mug")
    second = shop.add("Blue Mug", variant("B2"))

    assert shop.card(first).slug == "blue-mug"
    assert shop.card(second).slug.startswith("blue-mug-")


def test_a_wished_slug_of_another_product_is_refused(shop: Shop) -> None:
    shop.add("Mug")
    cup = shop.add("Cup")

    with pytest.raises(SlugTaken):
        shop.add("Other", slug="mug")
    with pytest.raises(SlugTaken):
        shop.change(cup, slug="mug")


def test_variants_that_look_the_same_are_refused(shop: Shop) -> None:
    with pytest.raises(SameOptions):
        shop.add(
            "Mug",
            variant("A", options={"a": "1", "b": "2"}),
            variant("B", options={"b": "2", "a": "1"}),
        )


def test_one_sku_for_two_variants_is_refused(shop: Shop) -> None:
    with pytest.raises(SameSku):
        shop.add("Mug", variant("A"), variant("A", options={"size": "large"}))


def test_two_variants_may_swap_their_options(shop: Shop) -> None:
    red, blue = {"color": "red"}, {"color": "blue"}
    product_id = shop.add("Mug", variant("A", options=red), variant("B", options=blue))

    shop.change(product_id, variants=(variant("A", options=blue), variant("B", options=red)))

    assert [v.options for v in shop.card(product_id).variants] == [blue, red]


def test_a_removed_variant_keeps_its_sku_and_comes_back_with_its_id(shop: Shop) -> None:
    product_id = shop.add("Mug", variant("A", options={"s": "1"}), variant("B", options={"s": "2"}))
    before = {v.sku: v.id for v in shop.card(product_id).variants}

    shop.change(product_id, variants=(variant("A"),))
    with pytest.raises(SkuTaken):
        shop.add("Other", variant("B"))
    shop.change(product_id, variants=(variant("A"), variant("B", options={"s": "9"})))

    assert {v.sku: v.id for v in shop.card(product_id).variants} == before
    assert [len(fact.variants) for fact in shop.facts()] == [2, 1, 2]


def test_a_price_can_be_changed_added_and_dropped(shop: Shop) -> None:
    product_id = shop.add("Mug", variant("A", EUR, USD))

    shop.change(product_id, variants=(variant("A", Money(900, "EUR"), Money(800, "GBP")),))

    (after,) = shop.card(product_id).variants
    assert after.prices == [("EUR", 900), ("GBP", 800)]
    assert shop.names(currency="USD") == []
    assert shop.names(currency="GBP") == ["Mug"]


def test_an_unknown_category_or_brand_is_refused(shop: Shop) -> None:
    with pytest.raises(UnknownCategory):
        shop.add("Mug", category="none")
    with pytest.raises(UnknownBrand):
        shop.add("Mug", brand="none")


def test_a_missing_product_cannot_be_locked(shop: Shop) -> None:
    with pytest.raises(ProductNotFound), transaction() as session:
        products.lock_product(session, uuid7())


def test_a_product_is_announced_with_all_categories_above_it(shop: Shop) -> None:
    shop.category("Home")
    shop.category("Kitchen", parent="home")
    shop.category("Garden")
    shop.add("Mug", category="kitchen")

    shop.move_category("kitchen", "garden")
    settled = [shop.refresh_listings(), shop.refresh_listings()]

    ids = {slug: shop.category_id(slug) for slug in ("home", "kitchen", "garden")}
    before, after = shop.facts()
    assert settled == [1, 0]
    assert set(before.category_ids) == {ids["kitchen"], ids["home"]}
    assert set(after.category_ids) == {ids["kitchen"], ids["garden"]}
    assert (before.version, after.version) == (1, 2)


def test_a_product_without_a_category_is_announced_without_any(shop: Shop) -> None:
    shop.add("Mug")

    assert shop.facts()[0].category_ids == ()


def test_each_version_is_recorded_with_who_made_it(shop: Shop) -> None:
    product_id = shop.add("Mug")
    shop.change(product_id, name="Cup")

    with reading() as session:
        rows = session.execute(
            text("SELECT version, action, actor, state->>'name' FROM product_revision ORDER BY 1")
        ).all()

    assert [tuple(row) for row in rows] == [
        (1, "created", ACTOR, "Mug"),
        (2, "updated", ACTOR, "Cup"),
    ]


def test_the_largest_possible_product_fits_into_a_message(shop: Shop) -> None:
    prices = [Money(10**12, f"A{letter}A") for letter in "ABCDEFGH"]
    options = {f"{'k' * 79}{n}": '"' * 80 for n in range(7)}
    variants = [
        variant(f"{number:064d}", *prices, options=options | {"n": str(number)}, weight_g=10**9)
        for number in range(64)
    ]

    shop.add('"' * 255, *variants)

    assert len(shop.facts()[0].variants) == 64
