"""What carts hears: only what is newer counts, and tables and models are one."""

from collections.abc import Sequence
from uuid import UUID

from libs.contracts.catalog import ProductChanged, ProductVariant, VariantPrice
from libs.contracts.inventory import StockChanged, StockLevel
from libs.contracts.promotions import CouponsChanged, CouponState
from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from services.carts import tasks
from services.carts.models.items import find_offers
from services.carts.rules.readiness import Offer
from services.carts.tests.shop import BERLIN, Guest

PRODUCT, MUG, CUP = uuid7(), uuid7(), uuid7()


def product(version: int, price: int, variants: Sequence[UUID] = (MUG,)) -> ProductChanged:
    return ProductChanged(
        product_id=PRODUCT,
        version=version,
        slug="mug",
        name="Mug",
        active=True,
        tax_category="standard",
        variants=tuple(
            ProductVariant(
                variant_id=variant_id,
                sku=f"SKU-{variant_id}",
                title="Mug",
                prices=(VariantPrice(currency="EUR", amount_minor=price),),
            )
            for variant_id in variants
        ),
    )


def tell(fact: ProductChanged | StockChanged) -> None:
    with transaction() as session:
        if isinstance(fact, ProductChanged):
            tasks.project_product(session, fact)
        else:
            tasks.project_stock(session, fact)


def offer(variant_id: UUID) -> Offer:
    with reading() as session:
        return find_offers(session, "EUR", [variant_id], [])[0]


def test_an_older_product_changes_nothing(app):
    tell(product(2, 200))

    tell(product(1, 100))
    tell(product(2, 300))

    assert offer(MUG).price_minor == 200


def test_a_variant_that_its_product_dropped_is_not_sold_any_more(app):
    tell(product(1, 100, [MUG, CUP]))
    tell(product(2, 100, [MUG]))

    tell(product(1, 100, [MUG, CUP]))

    assert (offer(MUG).active, offer(CUP).active) == (True, False)


def test_only_newer_levels_count_whatever_their_order(app):
    tell(product(1, 100))
    levels = [StockLevel(variant_id=MUG, available=n, version=n) for n in (5, 7, 6)]

    tell(StockChanged(levels=tuple(levels)))
    tell(StockChanged(levels=(levels[0],)))

    assert offer(MUG).available == 7


def test_of_two_variants_with_one_sku_the_sold_one_is_meant(client, shop):
    shop.sells("MUG", 900, active=False)
    shop.variants.clear()
    shop.products.clear()
    shop.sells("MUG", 1000)

    cart = Guest(client, "MUG", shipping_address=BERLIN).made

    assert cart["items"][0]["unit_price"]["amount"] == 1000
    assert cart["problems"] == []


def test_of_each_coupon_the_newest_word_holds_and_of_the_others_nothing_is_said(client, shop):
    shop.sells("MUG")
    promotion_id = shop.promotes("TAKEN-BACK", "KEPT")
    shop.gives_out(promotion_id, "TAKEN-BACK", usable=False)
    shop.gives_out(promotion_id, "NEW")
    late = CouponsChanged(
        promotion_id=promotion_id,
        coupons=(CouponState("TAKEN-BACK", 1, True), CouponState("NEW", 1, False)),
    )
    with transaction() as session:
        tasks.project_coupons(session, late)
    guest = Guest(client, "MUG")

    answers = [
        guest.call("PATCH", "", {"coupons": [code]}) for code in ("TAKEN-BACK", "KEPT", "NEW")
    ]

    assert [answer.status_code for answer in answers] == [422, 200, 200]


def test_coupons_may_be_heard_of_before_their_promotion(client, shop):
    shop.sells("MUG")
    promotion_id = uuid7()
    shop.gives_out(promotion_id, "EARLY")
    guest = Guest(client, "MUG")

    before = guest.call("PATCH", "", {"coupons": ["EARLY"]})
    shop.promotes(promotion_id=promotion_id, automatic=False)
    after = guest.call("PATCH", "", {"coupons": ["EARLY"]})

    assert (before.status_code, after.status_code) == (422, 200)
