"""What each part of the installation says was sold, returned, taken and paid back, by SQL."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import psycopg2

Measure = Literal["pieces sold", "money sold", "pieces returned", "money returned"]
Item = tuple[str, str]  # invoice, SKU; the SKU is empty where only the whole order is known

_ORDERS = """
SELECT id::text, shipping_address->>'line2', total_minor, refunded_minor FROM orders
WHERE shipping_address->>'line1' = %s AND status NOT IN ('pending', 'cancelled')
"""
_ORDER_LINES = """
SELECT order_id::text, sku, quantity, total_minor FROM order_line WHERE order_id = ANY (%s::uuid[])
"""
_RETURNS = """
SELECT r.id::text, r.order_id::text, l.sku, rl.quantity, rl.amount_minor
FROM "return" r JOIN return_line rl ON rl.return_id = r.id JOIN order_line l ON l.id = rl.line_id
WHERE r.state = 'refunded' AND r.order_id = ANY (%s::uuid[])
"""
_OPEN_SAGAS = """
SELECT count(*) FROM saga WHERE ended_at IS NULL AND (
    id IN (SELECT id FROM orders WHERE shipping_address->>'line1' = %(run)s)
    OR id IN (SELECT r.id FROM "return" r JOIN orders o ON o.id = r.order_id
              WHERE o.shipping_address->>'line1' = %(run)s))
"""
_MOVEMENTS = """
SELECT m.reference::text, v.sku, abs(m.delta) FROM movement m JOIN variant v ON v.id = m.variant_id
WHERE m.kind = %s AND m.reference = ANY (%s::uuid[])
"""
_UNEXPLAINED = """
SELECT v.sku, s.on_hand - coalesce(sum(m.delta), 0)
FROM variant v JOIN stock_level s ON s.variant_id = v.id
LEFT JOIN movement m ON m.variant_id = v.id AND m.location_id = s.location_id
WHERE v.sku = ANY (%s) GROUP BY v.sku, s.id, s.on_hand
"""
_HELD = """
SELECT reference::text, v.sku, quantity FROM reservation r JOIN variant v ON v.id = r.variant_id
WHERE r.state = 'held' AND r.reference = ANY (%s::uuid[])
"""
_PAYMENTS = """
SELECT order_id::text, captured, refunded FROM payment WHERE order_id = ANY (%s::uuid[])
"""
_LEDGER = """
SELECT p.order_id::text, l.amount FROM ledger_entry l JOIN payment p ON p.id = l.payment_id
WHERE l.account = %s AND p.order_id = ANY (%s::uuid[])
"""


@dataclass(frozen=True)
class Claim:
    """One witness's figures for one measure."""

    witness: str
    measure: Measure
    figures: Mapping[Item, int]

    @property
    def total(self) -> int:
        return sum(self.figures.values())


@dataclass(frozen=True)
class Orders:
    """The run's confirmed orders and refunded returns: which invoice each id belongs to."""

    invoices: Mapping[str, str]
    returns: Mapping[str, str]


def open_sagas(url: str, run: str) -> int:
    """How many workflows of the run have not ended."""
    return int(_rows(url, _OPEN_SAGAS, {"run": run})[0][0])


def ask_orders(url: str, run: str) -> tuple[Orders, list[Claim]]:
    """Orders by their own totals and by their lines, and their returns."""
    placed = _rows(url, _ORDERS, (run,))
    invoices = {order: invoice for order, invoice, *_ in placed}
    ids = list(invoices)
    lines = _rows(url, _ORDER_LINES, (ids,))
    returned = _rows(url, _RETURNS, (ids,))
    returns = {return_id: invoices[order] for return_id, order, *_ in returned}
    claims = [
        _by_order("orders: totals", "money sold", ((row[0], row[2]) for row in placed), invoices),
        _by_order(
            "orders: totals", "money returned", ((row[0], row[3]) for row in placed), invoices
        ),
        _by_item("orders: lines", "pieces sold", ((r[0], r[1], r[2]) for r in lines), invoices),
        _by_item("orders: lines", "money sold", ((r[0], r[1], r[3]) for r in lines), invoices),
        _by_item(
            "orders: returns", "pieces returned", ((r[1], r[2], r[3]) for r in returned), invoices
        ),
        _by_item(
            "orders: returns", "money returned", ((r[1], r[2], r[4]) for r in returned), invoices
        ),
    ]
    return Orders(invoices, returns), claims


def ask_inventory(url: str, orders: Orders) -> list[Claim]:
    """The ledger of movements."""
    sold = _rows(url, _MOVEMENTS, ("sale", list(orders.invoices)))
    returned = _rows(url, _MOVEMENTS, ("return", list(orders.returns)))
    return [
        _by_item("inventory: movements", "pieces sold", sold, orders.invoices),
        _by_item("inventory: movements", "pieces returned", returned, orders.returns),
    ]


def unsettled_stock(url: str, orders: Orders, skus: Sequence[str]) -> list[str]:
    """Shelves that their movements do not explain, and holds that nobody will ever take."""
    shelves = [
        f"{sku}: the shelf holds {excess:+} pieces beyond its movements"
        for sku, excess in _rows(url, _UNEXPLAINED, (list(skus),))
        if excess
    ]
    holds = [
        f"{sku}: {count} pieces are still held for invoice {orders.invoices[order]}"
        for order, sku, count in _rows(url, _HELD, (list(orders.invoices),))
    ]
    return shelves + holds


def ask_payments(url: str, orders: Orders) -> list[Claim]:
    """The payments' own counters, and both sides of the ledger."""
    ids = list(orders.invoices)
    payments = _rows(url, _PAYMENTS, (ids,))
    taken, back = ((r[0], r[1]) for r in payments), ((r[0], r[2]) for r in payments)
    claims = [
        _by_order("payments: captured", "money sold", taken, orders.invoices),
        _by_order("payments: refunded", "money returned", back, orders.invoices),
    ]
    for account, sign in (("provider", 1), ("sales", -1)):
        entries = [(order, sign * amount) for order, amount in _rows(url, _LEDGER, (account, ids))]
        witness = f"payments: ledger, {account}"
        inward = ((order, amount) for order, amount in entries if amount > 0)
        outward = ((order, -amount) for order, amount in entries if amount < 0)
        claims.append(_by_order(witness, "money sold", inward, orders.invoices))
        claims.append(_by_order(witness, "money returned", outward, orders.invoices))
    return claims


def ask_provider(journal: Path, orders: Orders) -> list[Claim]:
    """The payment simulator's own journal."""
    moved: dict[str, list[tuple[str, int]]] = {"intent.captured": [], "intent.refunded": []}
    for line in journal.read_bytes().splitlines():
        event = msgspec.json.decode(line)["event"]
        reference = event["intent"]["reference"]
        if event["type"] in moved and reference in orders.invoices:
            moved[event["type"]].append((reference, event["amount"]))
    taken, back = moved["intent.captured"], moved["intent.refunded"]
    return [
        _by_order("provider: journal", "money sold", taken, orders.invoices),
        _by_order("provider: journal", "money returned", back, orders.invoices),
    ]


def _by_order(witness: str, measure: Measure, rows: Any, invoices: Mapping[str, str]) -> Claim:
    return _by_item(witness, measure, ((order, "", amount) for order, amount in rows), invoices)


def _by_item(witness: str, measure: Measure, rows: Any, invoices: Mapping[str, str]) -> Claim:
    figures: Counter[Item] = Counter()
    for reference, sku, amount in rows:
        figures[invoices[reference], sku] += amount
    return Claim(witness, measure, figures)


def _rows(url: str, question: str, values: Any) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url, connect_timeout=5)) as connection:
        connection.set_session(readonly=True)
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '120s'")
            cursor.execute(question, values)
            return list(cursor.fetchall())
