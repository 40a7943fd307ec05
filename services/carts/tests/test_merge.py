"""A guest who signs in and brings a cart."""

from typing import get_args
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.ids import uuid7
from libs.testing.tokens import Issuer
from services.carts.rules.merging import Strategy, merge
from services.carts.tests.shop import BERLIN, Guest, Shop

quantities = st.dictionaries(st.integers(1, 5).map(lambda n: UUID(int=n)), st.integers(1, 50))


@settings(deadline=None)
@given(quantities, quantities, st.sampled_from(get_args(Strategy)))
def test_every_piece_is_kept_or_told(user, guest, strategy):
    merged = merge(user, guest, strategy, 60)

    told = sum(part.quantity for part in merged.left_out)
    assert sum(merged.quantities.values()) + told == sum(user.values()) + sum(guest.values())
    assert max(merged.quantities.values(), default=0) <= 60


class SignedIn:
    """A user with two mugs who brings a guest's mug and pen."""

    def __init__(self, client: FlaskClient, shop: Shop, issuer: Issuer) -> None:
        shop.sells("MUG")
        shop.sells("PEN", 250)
        self.headers = issuer.user(uuid7())
        two = [{"sku": "MUG", "quantity": 2}]
        self.own = Guest(client, items=two, headers=self.headers)
        self.guest = Guest(client, "MUG", "PEN", shipping_address=BERLIN)

    def merge(self, into: Guest, strategy: str | None = "sum"):
        """Ask for it with both proofs."""
        return into.client.post(
            f"/api/v1/carts/{into.id}/merge",
            json={"strategy": strategy} if strategy else {},
            headers=self.headers | {"X-Cart-Token": self.guest.token},
        )


@pytest.fixture
def signed_in(client: FlaskClient, shop: Shop, issuer: Issuer) -> SignedIn:
    """A user who has a cart and brings another."""
    return SignedIn(client, shop, issuer)


def held(cart) -> dict[str, int]:
    return {item["sku"]: item["quantity"] for item in cart["items"]}


@pytest.mark.parametrize(
    ("strategy", "kept", "left_out"),
    [
        ("sum", {"MUG": 3, "PEN": 1}, []),
        ("highest", {"MUG": 2, "PEN": 1}, [("guest", 1)]),
        ("keep_guest", {"MUG": 1, "PEN": 1}, [("user", 2)]),
        ("keep_user", {"MUG": 2}, [("guest", 1), ("guest", 1)]),
    ],
)
def test_the_strategy_decides_and_what_is_left_out_is_told(signed_in, strategy, kept, left_out):
    merged = signed_in.merge(signed_in.own, strategy)

    assert merged.status_code == 200
    assert held(merged.json) == kept
    assert [(p["source"], p["quantity"]) for p in merged.json["left_out"]] == left_out
    assert held(signed_in.own.cart()) == kept
    assert merged.json["shipping_address"] == BERLIN


def test_where_none_is_named_the_shop_s_own_strategy_holds(service_app, issuer):
    app = service_app("carts", ARGOSY_CARTS_MERGE_STRATEGY="keep_user")
    with app.app_context():
        signed_in = SignedIn(app.test_client(), Shop(), issuer)

        merged = signed_in.merge(signed_in.own, None)

    assert held(merged.json) == {"MUG": 2}


def test_the_guest_s_cart_is_gone_after_the_merge(signed_in):
    signed_in.merge(signed_in.own)

    assert signed_in.guest.call("GET").status_code == 404
    again = signed_in.merge(signed_in.own)
    assert (again.status_code, again.json["code"]) == (422, "carts.nothing_to_merge")


def test_a_user_without_a_cart_takes_the_guest_s(signed_in):
    taken = signed_in.merge(signed_in.guest)

    assert held(taken.json) == {"MUG": 1, "PEN": 1}
    assert signed_in.guest.call("GET").status_code == 404
    path = f"/api/v1/carts/{signed_in.guest.id}"
    mine = signed_in.own.client.get(path, headers=signed_in.headers)
    assert mine.status_code == 200


def test_nobody_merges_into_somebody_else_s_cart(signed_in, client, issuer):
    other = Guest(client, "MUG", headers=issuer.user(uuid7()))

    assert signed_in.merge(other).status_code == 404
    assert signed_in.guest.call("GET").status_code == 200


def test_carts_of_two_currencies_are_not_merged(signed_in, client):
    dollars = Guest(client, headers=signed_in.headers, currency="USD")

    refused = signed_in.merge(dollars)

    assert (refused.status_code, refused.json["code"]) == (422, "carts.currency_mismatch")


@pytest.mark.parametrize(
    ("strategy", "coupons"),
    [
        ("sum", ["MINE", "THEIRS"]),
        ("highest", ["MINE", "THEIRS"]),
        ("keep_guest", ["THEIRS"]),
        ("keep_user", ["MINE"]),
    ],
)
def test_coupons_follow_the_strategy(signed_in, shop, strategy, coupons):
    for code in ("MINE", "THEIRS"):
        shop.promotes(code, stackable=True)
    signed_in.own.call("PATCH", "", {"coupons": ["MINE"]})
    signed_in.guest.call("PATCH", "", {"coupons": ["THEIRS"]})

    merged = signed_in.merge(signed_in.own, strategy)

    assert merged.json["coupons"] == coupons
