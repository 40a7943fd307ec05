"""Every invariant holds in an honest shop, and is broken by a row that breaks its promise."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from libs.testing.invariants.books import Books, Promise
from libs.testing.invariants.check import INVARIANTS, await_quiet, open_books
from libs.testing.invariants.invariant import audit
from tests.end_to_end.shop import Shop, open_shop

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]
# What stands in the planted rows for an order of that kind.
_ORDERS = {
    "$CONFIRMED": "(SELECT id FROM orders.orders WHERE status = 'processing' LIMIT 1)",
    "$CANCELLED": "(SELECT id FROM orders.orders WHERE status = 'cancelled' LIMIT 1)",
}


def _another(table: str, condition: str, **changes: str) -> str:
    """SQL that adds a copy of one row with some columns changed."""
    columns = ", ".join(f'"{name}"' for name in changes)
    values = ", ".join(changes.values())
    make = f"CREATE TEMP TABLE planted AS SELECT * FROM {table} WHERE {condition} LIMIT 1;"  # noqa: S608  # constants
    change = f"UPDATE planted SET ({columns}) = ({values});" if changes else ""  # noqa: S608  # constants
    return f"{make}{change}INSERT INTO {table} SELECT * FROM planted"  # noqa: S608  # constants


# One way at least to break each promise: what a defect would leave behind.
PLANTED = [
    ("M1", "UPDATE payments.payment SET captured = captured - 1 WHERE captured > 0"),
    ("M1", "DELETE FROM payments.payment WHERE captured > 0"),
    ("M1", "UPDATE payments.payment SET currency = 'USD' WHERE captured > 0"),
    ("M2", "DELETE FROM provider.event WHERE type = 'intent.captured'"),
    ("M2", "UPDATE provider.event SET amount = 1 WHERE type = 'intent.captured'"),
    ("M2", "UPDATE payments.payment SET captured = 0"),
    ("M2-once", _another("provider.event", "type = 'intent.captured'", key="'k2'")),
    ("M3", "UPDATE payments.payment SET refunded = captured + 1 WHERE captured > 0"),
    ("M3", "UPDATE payments.payment SET refunding = 1"),
    ("M3", "DELETE FROM provider.event WHERE type = 'intent.refunded'"),
    ("M4", "DELETE FROM payments.ledger_entry WHERE account = 'sales'"),
    ("M4-balance", "DELETE FROM payments.ledger_entry"),
    ("M4-balance", "UPDATE payments.ledger_entry SET amount = amount * 2"),
    ("M5", "UPDATE orders.orders SET total_minor = total_minor + 1"),
    ("M5", "UPDATE orders.order_line SET unit_price_minor = unit_price_minor + 1"),
    ("M5", "DELETE FROM orders.order_line"),
    ("M5", "UPDATE orders.orders SET discount_minor = subtotal_minor + 1"),
    (
        "M6",
        "UPDATE provider.event SET status = 'authorized', type = 'intent.authorized'"
        " WHERE order_id = $CANCELLED",
    ),
    (
        "M6",
        _another("provider.event", "type = 'intent.captured'", order_id="$CANCELLED", intent="'i'"),
    ),
    ("M6-open", "UPDATE payments.operation SET state = 'sent'"),
    ("M6-open", "UPDATE payments.payment SET state = 'voiding'"),
    ("M7", _another("idempotency_key", "service = 'orders'")),
    ("M7", "UPDATE idempotency_key SET status = NULL"),
    ("S1", "UPDATE inventory.stock_level SET on_hand = -1"),
    ("S1", "UPDATE inventory.stock_level SET reserved = on_hand + 1"),
    ("S2", "UPDATE inventory.stock_level SET on_hand = on_hand + 1"),
    ("S2", "UPDATE inventory.stock_level SET reserved = reserved + 1"),
    ("S2", "DELETE FROM inventory.movement WHERE kind = 'sale'"),
    ("S3", "DELETE FROM inventory.movement WHERE kind = 'sale'"),
    ("S3", _another("inventory.movement", "kind = 'sale'")),
    ("S3", "UPDATE inventory.movement SET reference = $CANCELLED WHERE kind = 'sale'"),
    ("S3-return", "DELETE FROM inventory.movement WHERE kind = 'return'"),
    ("S3-return", _another("inventory.movement", "kind = 'return'")),
    ("S4", "UPDATE inventory.movement SET delta = -1000 WHERE kind = 'sale'"),
    ("S5", "UPDATE inventory.reservation SET state = 'held' WHERE reference = $CONFIRMED"),
    (
        "S5",
        "UPDATE inventory.reservation SET state = 'held', expires_at = '2020-01-01T00:00:00+00:00'",
    ),
    ("S6", "UPDATE carts.stock_level SET available = available + 1"),
    ("S6", "DELETE FROM carts.stock_level"),
    ("C1", "UPDATE promotions.coupon SET usage_limit = 0"),
    ("C1", "UPDATE promotions.coupon SET customer_limit = 0"),
    ("C2", "UPDATE promotions.coupon SET used = used + 1"),
    ("C2", "UPDATE promotions.coupon_customer SET used = used + 1"),
    ("C2", "UPDATE promotions.redemption SET state = 'released'"),
    ("C2-order", "UPDATE promotions.redemption SET order_id = $CANCELLED"),
    ("C2-order", "UPDATE promotions.redemption SET state = 'released'"),
    ("C2-budget", "UPDATE promotions.promotion SET budget_minor = 1000, spent_minor = 1"),
    ("K1", "UPDATE carts.cart SET status = 'open', order_id = NULL"),
    (
        "K1",
        "UPDATE carts.cart SET status = 'frozen', order_id = $CANCELLED"
        " WHERE id = (SELECT cart_id FROM orders.orders WHERE id = $CANCELLED)",
    ),
    ("O1", "UPDATE orders.order_event SET seq = seq + 1"),
    ("O1", "DELETE FROM orders.order_event WHERE kind = 'confirmed'"),
    ("O1", "UPDATE orders.order_event SET kind = 'cancelled' WHERE kind = 'confirmed'"),
    ("O1", "DELETE FROM orders.order_event"),
    ("O2", "INSERT INTO client.promise VALUES ('a key', 'an unknown order')"),
    (
        "O2",
        "INSERT INTO client.promise SELECT 'one key', id FROM orders.orders",
    ),
    ("O2-cart", _another("orders.orders", "status = 'processing'", id="'another'")),
    ("O3", "UPDATE orders.orders SET payment_status = 'unpaid' WHERE status = 'processing'"),
    ("O3", "UPDATE payments.payment SET state = 'voided' WHERE captured > 0"),
    ("O3", "UPDATE saga SET status = 'compensated'"),
    ("O3-return", "UPDATE orders.\"return\" SET state = 'refused'"),
    ("O3-return", "UPDATE orders.orders SET refunded_minor = 0"),
    ("N1", _another("notifications.message", "template = 'order_confirmed'")),
    ("N1-end", "DELETE FROM notifications.message WHERE template = 'order_confirmed'"),
    ("N1-end", "DELETE FROM notifications.message WHERE template = 'order_cancelled'"),
    (
        "N1-end",
        "UPDATE notifications.message SET dedupe_key = replace(dedupe_key, $CONFIRMED, $CANCELLED)",
    ),
    ("G1", "UPDATE saga SET status = 'running'"),
    ("G1", "UPDATE saga SET status = 'needs_attention'"),
    ("G2", "DELETE FROM inbox WHERE step = 'commit_stock'"),
    ("G2", "UPDATE inbox SET state = 'started' WHERE step = 'capture_payment'"),
    ("G2", "UPDATE inbox SET state = 'done' WHERE state = 'undone'"),
    ("G2-once", _another("saga_event", "outcome = 'done'", version="99")),
    (
        "G2-order",
        _another(
            "saga_event",
            "step = 'reserve_stock' AND phase = 'undo'",
            step="'authorize_payment'",
            version="99",
        ),
    ),
    ("G2-gap", "DELETE FROM saga_event WHERE version = 2"),
    ("G2-orphan", "DELETE FROM saga"),
    ("B1", "INSERT INTO outbox (service, id, type) VALUES ('orders', 'o', 't')"),
    ("B1", "INSERT INTO inventory.stock_mark (id, variant_id) VALUES (1, 'v')"),
    ("B2", _another("inbox", "step = 'reserve_stock'")),
    ("B3", "UPDATE queue SET messages = 1"),
    ("B3-dead", "INSERT INTO dead_letter (service, id, type) VALUES ('orders', 'd', 't')"),
]


def _trade(shop: Shop) -> list[Promise]:
    """A confirmed order with a coupon, a partly returned one, a declined one."""
    shop.sell({"MUG": 100})
    shop.offer("SAVE", uses=3)
    guest, customer = shop.guest(), shop.customer()
    cart = customer.make_cart({"MUG": 2})
    orders = [
        guest.order(guest.make_cart({"MUG": 1}, ["SAVE"])),
        customer.order(cart),
        guest.order(guest.make_cart({"MUG": 3}), "tok_declined"),
    ]
    lines = [{"line_id": orders[1].body["lines"][0]["id"], "quantity": 1}]
    customer.post(
        f"/orders/{orders[1].id}/returns",
        {"lines": lines, "reason": "too large"},
        Idempotency_Key=str(uuid4()),
    ).expect(202)
    return [Promise(f"key-{order.id}", order.uuid) for order in orders]


@pytest.fixture(scope="module")
def honest() -> Iterator[Books]:
    """The books of a shop in which nothing went wrong."""
    with open_shop() as shop:
        promises = _trade(shop)
        await_quiet(shop.cluster, 20)
        books = open_books(shop.cluster, promises)
    yield books
    books.close()


@pytest.fixture
def books(honest: Books) -> Iterator[Books]:
    """The same books, to be falsified."""
    honest.mark()
    yield honest
    honest.reset()


def _broken(books: Books) -> set[str]:
    return {violation.invariant.name for violation in audit(books, INVARIANTS)}


def test_an_honest_shop_keeps_every_promise(books: Books) -> None:
    assert [str(violation) for violation in audit(books, INVARIANTS)] == []


@pytest.mark.parametrize(("name", "sql"), PLANTED)
def test_a_planted_row_breaks_its_promise(books: Books, name: str, sql: str) -> None:
    for mark, order in _ORDERS.items():
        sql = sql.replace(mark, order)

    touched = [books.change(statement) for statement in sql.split(";")]

    assert touched[-1] > 0
    assert name in _broken(books)


def test_every_invariant_is_shown_to_fail() -> None:
    assert {one.name for one in INVARIANTS} == {name for name, _ in PLANTED}


def test_a_violation_says_which_rows_break_which_promise(books: Books) -> None:
    books.change("UPDATE queue SET messages = 7 WHERE name = 'orders.replies'")

    (violation,) = audit(books, INVARIANTS)

    assert str(violation) == (
        "B3: nothing waits in a queue\n    {'name': 'orders.replies', 'messages': 7}"
    )
