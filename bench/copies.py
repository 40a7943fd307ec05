"""More of what is there: rows of one real order, or product, copied under other identifiers.

So every service's tables hold rows just as the shop writes them, however many are wanted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import psycopg2
from psycopg2 import sql


@dataclass(frozen=True)
class Copy:
    """The rows of a table that belong to the pattern, and which columns a copy has of its own."""

    table: str
    key: str
    changes: Mapping[str, str]


# Identifiers of copies sort by their number, as those of the shop do by their time.
_NUMBERED = "(lpad(to_hex(n), 12, '0') || '70008000' || lpad(to_hex({kind}), 12, '0'))::uuid"
ORDER, CART, LINE, ITEM, PAYMENT, MESSAGE, PRODUCT, VARIANT, LEVEL = (
    _NUMBERED.format(kind=kind) for kind in range(1, 10)
)
_FRESH = "gen_random_uuid()"


def numbered(kind: int, number: int) -> UUID:
    """The identifier that SQL above gives to copy `number`: 1 order, 2 cart, 7 product ..."""
    return UUID(f"{number:012x}70008000{kind:012x}")


_INBOX = Copy("inbox", "source = %(order)s", {"source": ORDER})
FROZEN_CARTS: dict[str, tuple[Copy, ...]] = {
    "carts": (
        Copy(
            "cart",
            "id = %(cart)s",
            {
                "id": CART,
                "token_hash": "sha256(n::text::bytea)",
                "order_id": ORDER,
                "status": "'frozen'",
                "lease_until": "NULL",
            },
        ),
        Copy("cart_item", "cart_id = %(cart)s", {"id": ITEM, "cart_id": CART}),
        Copy(
            "cart_freeze",
            "cart_id = %(cart)s",
            {"order_id": ORDER, "cart_id": CART, "state": "'leased'"},
        ),
    )
}
ORDERS: dict[str, tuple[Copy, ...]] = {
    "orders": (
        Copy(
            "orders", "id = %(order)s", {"id": ORDER, "cart_id": CART, "number": "(n + 10^9)::text"}
        ),
        Copy("order_line", "order_id = %(order)s", {"id": LINE, "order_id": ORDER}),
        Copy("order_event", "order_id = %(order)s", {"order_id": ORDER}),
        Copy("saga", "id = %(order)s", {"id": ORDER, "business_key": f"{ORDER}::text"}),
        Copy("saga_event", "saga_id = %(order)s", {"saga_id": ORDER}),
        # Only the pattern's own key is long: copies repeat its body.
        Copy(
            "idempotency_key",
            "body LIKE '%%' || %(public)s || '%%' AND length(key) > 20",
            {"key": "n::text"},
        ),
    ),
    "inventory": (
        Copy("reservation", "reference = %(order)s", {"reference": ORDER}),
        Copy("movement", "reference = %(order)s", {"reference": ORDER}),
        _INBOX,
    ),
    "payments": (
        Copy(
            "payment",
            "order_id = %(order)s",
            {"id": PAYMENT, "order_id": ORDER, "intent_ref": "'int_' || n"},
        ),
        Copy(
            "operation",
            "saga = %(order)s",
            {"id": _FRESH, "payment_id": PAYMENT, "provider_key": "kind || n", "saga": ORDER},
        ),
        Copy(
            "payment_event",
            "payment_id = %(payment)s",
            {"id": _FRESH, "payment_id": PAYMENT, "event_id": "'evt_' || outcome || n"},
        ),
        Copy("ledger_entry", "payment_id = %(payment)s", {"tx_id": PAYMENT, "payment_id": PAYMENT}),
        _INBOX,
    ),
    "carts": (
        Copy(
            "cart",
            "id = %(cart)s",
            {"id": CART, "token_hash": "sha256(n::text::bytea)", "order_id": ORDER},
        ),
        Copy("cart_item", "cart_id = %(cart)s", {"id": ITEM, "cart_id": CART}),
        Copy("cart_freeze", "cart_id = %(cart)s", {"order_id": ORDER, "cart_id": CART}),
        _INBOX,
    ),
    "notifications": (
        Copy(
            "message",
            "dedupe_key LIKE '%%' || %(order)s || '%%'",
            {"id": MESSAGE, "dedupe_key": "channel || n"},
        ),
        Copy("attempt", "message_id = %(message)s", {"message_id": MESSAGE}),
    ),
}
_PRODUCT = Copy("product", "id = %(product)s", {"id": PRODUCT})
_SKU = "'SKU-' || n"
PRODUCTS: dict[str, tuple[Copy, ...]] = {
    "catalog": (
        Copy("product", "id = %(product)s", {"id": PRODUCT, "slug": "'product-' || n"}),
        Copy(
            "variant",
            "product_id = %(product)s",
            {"id": VARIANT, "product_id": PRODUCT, "sku": _SKU},
        ),
        Copy("price", "variant_id = %(variant)s", {"variant_id": VARIANT}),
        Copy("product_revision", "product_id = %(product)s", {"product_id": PRODUCT}),
        Copy("listing", "product_id = %(product)s", {"product_id": PRODUCT}),
        Copy("stock", "variant_id = %(variant)s", {"variant_id": VARIANT}),
    ),
    "inventory": (
        _PRODUCT,
        Copy("variant", "id = %(variant)s", {"id": VARIANT, "product_id": PRODUCT, "sku": _SKU}),
        Copy("stock_level", "variant_id = %(variant)s", {"id": LEVEL, "variant_id": VARIANT}),
    ),
    "carts": (
        _PRODUCT,
        Copy("variant", "id = %(variant)s", {"id": VARIANT, "product_id": PRODUCT, "sku": _SKU}),
        Copy("stock_level", "variant_id = %(variant)s", {"variant_id": VARIANT}),
    ),
}


def add(
    urls: Mapping[str, str],
    copies: Mapping[str, tuple[Copy, ...]],
    pattern: Mapping[str, str],
    numbers: range,
) -> None:
    """Make the copies of these numbers, and let the planner know."""
    for service, tables in copies.items():
        connection = psycopg2.connect(urls[service], connect_timeout=5)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for table in tables:
                    _copy(cursor, table, pattern, numbers)
                cursor.execute("VACUUM ANALYZE")
        finally:
            connection.close()


def _copy(
    cursor: "psycopg2.extensions.cursor", copy: Copy, pattern: Mapping[str, str], numbers: range
) -> None:
    cursor.execute(
        """
        SELECT column_name FROM information_schema.columns
        WHERE table_name = %s AND is_identity = 'NO' AND is_generated = 'NEVER'
        """,
        (copy.table,),
    )
    names = [name for (name,) in cursor.fetchall()]
    values = [
        sql.SQL(copy.changes[name]) if name in copy.changes else sql.Identifier("pattern", name)
        for name in names
    ]
    statement = sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {values}"
        " FROM {table} AS pattern, generate_series(%(first)s, %(last)s) AS n WHERE {key}"
    ).format(
        table=sql.Identifier(copy.table),
        names=sql.SQL(", ").join(map(sql.Identifier, names)),
        values=sql.SQL(", ").join(values),
        key=sql.SQL(copy.key),
    )
    cursor.execute(statement, {**pattern, "first": numbers.start, "last": numbers.stop - 1})
