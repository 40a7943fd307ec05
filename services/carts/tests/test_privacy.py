"""What carts tells a person of themselves, and forgets."""

from sqlalchemy import text

from libs.contracts.carts import CloseCart
from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from libs.privacy import Person
from services.carts import tasks
from services.carts.commands import freeze, privacy
from services.carts.models.owner import Owner
from services.carts.tests.shop import BERLIN, Guest

ADA, BOB = uuid7(), uuid7()


def test_a_customer_s_carts_groups_and_first_order_are_handed_over_and_forgotten(
    client, issuer, shop
):
    shop.sells("MUG", 1000)
    for user in (ADA, BOB):
        shop.knows(user, "vip")
        cart = Guest(client, "MUG", headers=issuer.user(user), shipping_address=BERLIN)
        order_id = uuid7()
        request = freeze.FreezeRequest(order_id, "key")
        with transaction() as session:
            freeze.freeze_cart(session, cart.uuid, Owner(user), request, lease_seconds=60)
            tasks.close_cart(session, CloseCart(cart_id=cart.uuid, order_id=order_id))
    ada = Person(ADA, ("ada@example.com",))

    with transaction() as session:
        told = privacy.collect_customer(session, ada)
        privacy.erase_customer(session, ada)

    assert [len(told["carts"]), told["groups"], bool(told["first_order"])] == [1, ["vip"], True]
    for table in ("cart", "customer_groups", "first_order"):
        with reading() as session:
            left = session.scalars(text(f"SELECT user_id FROM {table}")).all()  # noqa: S608  fixed
        assert left == [BOB]
