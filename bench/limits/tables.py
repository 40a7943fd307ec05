"""The tables of the hand-written limits: what the shop's saga writes, one database per service."""

from collections.abc import Mapping
from uuid import UUID

import psycopg2

from libs.ids import uuid7
from libs.testing.servers.postgres import PostgresServer

STOCK = 100_000_000
_INBOX = """
    CREATE TABLE inbox (source uuid, step text, state text NOT NULL, reply text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (source, step));
    CREATE TABLE outbox (id uuid PRIMARY KEY, routing_key text NOT NULL, envelope text NOT NULL)
        WITH (fillfactor = 70);
"""
_ORDERS = """
    CREATE TABLE outbox (id uuid PRIMARY KEY, routing_key text NOT NULL, envelope text NOT NULL)
        WITH (fillfactor = 70);
    CREATE SEQUENCE order_number;
    CREATE TABLE orders (id uuid PRIMARY KEY, cart_id uuid NOT NULL, email text NOT NULL,
        currency text NOT NULL, total bigint NOT NULL, status text NOT NULL,
        number bigint UNIQUE, created_at timestamptz NOT NULL, confirmed_at timestamptz);
    CREATE UNIQUE INDEX ON orders (cart_id) WHERE status <> 'cancelled';
    CREATE TABLE order_line (id uuid PRIMARY KEY, order_id uuid NOT NULL REFERENCES orders,
        variant_id uuid NOT NULL, quantity int NOT NULL, unit_price bigint NOT NULL);
    CREATE TABLE order_event (order_id uuid REFERENCES orders, seq int, kind text NOT NULL,
        at timestamptz NOT NULL, PRIMARY KEY (order_id, seq));
    CREATE TABLE saga (id uuid PRIMARY KEY, pending text NOT NULL, plan text NOT NULL,
        version int NOT NULL, due_at timestamptz, ended_at timestamptz) WITH (fillfactor = 70);
    CREATE INDEX ON saga (id) WHERE ended_at IS NULL;
    CREATE TABLE saga_event (saga_id uuid, version int, pending text NOT NULL,
        at timestamptz NOT NULL, PRIMARY KEY (saga_id, version));
"""
_INVENTORY = """
    CREATE TABLE stock_level (variant_id uuid PRIMARY KEY, on_hand bigint NOT NULL,
        reserved bigint NOT NULL DEFAULT 0, CHECK (reserved BETWEEN 0 AND on_hand));
    CREATE TABLE reservation (reference uuid, variant_id uuid, quantity bigint NOT NULL,
        state text NOT NULL, PRIMARY KEY (reference, variant_id));
    CREATE TABLE movement (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        reference uuid NOT NULL, variant_id uuid NOT NULL, delta bigint NOT NULL);
    CREATE UNIQUE INDEX ON movement (reference, variant_id);
"""
_PAYMENTS = """
    CREATE TABLE payment (id uuid PRIMARY KEY, order_id uuid NOT NULL UNIQUE,
        amount bigint NOT NULL, captured bigint NOT NULL DEFAULT 0, state text NOT NULL,
        intent_ref text UNIQUE);
    CREATE TABLE operation (id uuid PRIMARY KEY, payment_id uuid NOT NULL REFERENCES payment,
        kind text NOT NULL, provider_key text NOT NULL UNIQUE, request text, state text NOT NULL,
        due_at timestamptz NOT NULL);
    CREATE INDEX ON operation (due_at) WHERE state = 'sent';
    CREATE TABLE payment_event (event_id text PRIMARY KEY, payment_id uuid NOT NULL
        REFERENCES payment, raw text NOT NULL);
    CREATE TABLE ledger_entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tx_id uuid NOT NULL, payment_id uuid NOT NULL REFERENCES payment, account text NOT NULL,
        amount bigint NOT NULL, UNIQUE (tx_id, account));
"""
_CARTS = """
    CREATE TABLE cart (id uuid PRIMARY KEY, status text NOT NULL, order_id uuid,
        version int NOT NULL DEFAULT 1) WITH (fillfactor = 80);
    CREATE TABLE cart_freeze (order_id uuid PRIMARY KEY, cart_id uuid NOT NULL REFERENCES cart,
        state text NOT NULL) WITH (fillfactor = 80);
"""
_TABLES = {
    "orders": _ORDERS,
    "inventory": _INBOX + _INVENTORY,
    "payments": _INBOX + _PAYMENTS,
    "carts": _INBOX + _CARTS,
}


def create(server: PostgresServer, variants: int) -> tuple[dict[str, str], list[UUID]]:
    """The databases' addresses, and what is for sale."""
    urls = {service: server.create_database(f"limit_{service}") for service in _TABLES}
    for service, tables in _TABLES.items():
        _run(urls[service], tables)
    ids = [uuid7() for _ in range(variants)]
    _run(
        urls["inventory"],
        "INSERT INTO stock_level (variant_id, on_hand) SELECT unnest(%s::uuid[]), %s",
        [str(one) for one in ids],
        STOCK,
    )
    return urls, ids


def add_carts(url: str, count: int) -> list[tuple[UUID, UUID]]:
    """Frozen carts, each with the order that it is promised to."""
    pairs = [(uuid7(), uuid7()) for _ in range(count)]
    carts, orders = ([str(one) for one in column] for column in zip(*pairs, strict=True))
    _run(
        url,
        """
        WITH new AS (SELECT * FROM unnest(%s::uuid[], %s::uuid[]) AS new (cart_id, order_id)),
        cart AS (
            INSERT INTO cart (id, status, order_id) SELECT cart_id, 'frozen', order_id FROM new
        )
        INSERT INTO cart_freeze (order_id, cart_id, state) SELECT order_id, cart_id, 'held' FROM new
        """,
        carts,
        orders,
    )
    return pairs


def outbox_rows(urls: Mapping[str, str]) -> int:
    """How many messages nobody confirmed."""
    return sum(_run(url, "SELECT count(*) FROM outbox") for url in urls.values())


def _run(url: str, sql: str, *values: object) -> int:
    connection = psycopg2.connect(url, connect_timeout=5)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            row = cursor.fetchone() if cursor.description else None
            return int(row[0]) if row else 0
    finally:
        connection.close()
