"""Promises about money: the order, our payments, the ledger and the provider agree."""

from libs.testing.invariants.invariant import Invariant

MONEY = (
    Invariant(
        "M1",
        "a paid order has been paid exactly its total, less what it was refunded",
        """
        SELECT o.id, o.status, o.currency, o.total_minor, o.refunded_minor, p.*
        FROM orders.orders o LEFT JOIN (
            SELECT order_id, min(currency) AS paid_in, count(DISTINCT currency) AS currencies,
                sum(captured) AS captured, sum(refunded) AS refunded
            FROM payments.payment WHERE state = 'captured' GROUP BY order_id
        ) p ON p.order_id = o.id
        WHERE o.status IN ('processing', 'shipped', 'delivered') AND (
            p.order_id IS NULL OR p.currencies > 1 OR p.paid_in <> o.currency
            OR p.captured <> o.total_minor OR p.refunded <> o.refunded_minor
        )
        """,
    ),
    Invariant(
        "M2",
        "the provider and our payments know of the same captures",
        """
        SELECT coalesce(ours.order_id, theirs.order_id) AS order_id,
            ours.captured AS ours, theirs.captured AS theirs
        FROM (
            SELECT order_id, currency, sum(captured) AS captured FROM payments.payment
            GROUP BY order_id, currency
        ) ours FULL JOIN (
            SELECT order_id, currency, sum(amount) AS captured FROM provider.event
            WHERE type = 'intent.captured' GROUP BY order_id, currency
        ) theirs ON theirs.order_id = ours.order_id AND theirs.currency = ours.currency
        WHERE coalesce(ours.captured, 0) <> coalesce(theirs.captured, 0)
        """,
    ),
    Invariant(
        "M2-once",
        "an order is charged at most once",
        """
        SELECT order_id, count(*) AS captures FROM provider.event
        WHERE type = 'intent.captured' GROUP BY order_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "M3",
        "refunds stay within the capture, and the provider made each of them",
        """
        SELECT p.id, p.order_id, p.captured, p.refunding, p.refunded, theirs.refunded AS theirs
        FROM payments.payment p LEFT JOIN (
            SELECT intent, sum(amount) AS refunded FROM provider.event
            WHERE type = 'intent.refunded' GROUP BY intent
        ) theirs ON theirs.intent = p.intent_ref
        WHERE p.refunded > p.captured OR p.refunding <> 0
            OR p.refunded <> coalesce(theirs.refunded, 0)
        """,
    ),
    Invariant(
        "M4",
        "each transaction of the ledger sums to nothing",
        """
        SELECT tx_id, currency, sum(amount) AS rest FROM payments.ledger_entry
        GROUP BY tx_id, currency HAVING sum(amount) <> 0
        """,
    ),
    Invariant(
        "M4-balance",
        "the ledger says of each payment what the payment says",
        """
        SELECT p.id, p.captured, p.refunded, l.balance
        FROM payments.payment p LEFT JOIN (
            SELECT payment_id, sum(amount) AS balance FROM payments.ledger_entry
            WHERE account = 'provider' GROUP BY payment_id
        ) l ON l.payment_id = p.id
        WHERE coalesce(l.balance, 0) <> p.captured - p.refunded
        """,
    ),
    Invariant(
        "M5",
        "an order's total is its lines, discount, shipping and tax, none of them below 0",
        """
        SELECT o.id, o.subtotal_minor, o.discount_minor, o.shipping_minor, o.tax_minor,
            o.total_minor, l.goods, l.discount
        FROM orders.orders o LEFT JOIN (
            SELECT order_id, sum(quantity * unit_price_minor) AS goods,
                sum(discount_minor) AS discount FROM orders.order_line GROUP BY order_id
        ) l ON l.order_id = o.id
        WHERE l.order_id IS NULL OR o.subtotal_minor <> l.goods OR o.discount_minor <> l.discount
            OR o.total_minor <>
                o.subtotal_minor - o.discount_minor + o.shipping_minor + o.tax_minor
            OR o.discount_minor > o.subtotal_minor
            OR min(o.subtotal_minor, o.discount_minor, o.shipping_minor, o.tax_minor) < 0
        """,
    ),
    Invariant(
        "M6",
        "a cancelled order keeps no money: nothing captured, nothing still authorized",
        """
        WITH latest AS (
            SELECT order_id, intent, status, max(sequence) FROM provider.event GROUP BY intent
        ), money AS (
            SELECT order_id, sum(CASE type WHEN 'intent.captured' THEN amount
                WHEN 'intent.refunded' THEN -amount ELSE 0 END) AS kept
            FROM provider.event GROUP BY order_id
        )
        SELECT o.id, latest.intent, latest.status, money.kept
        FROM orders.orders o JOIN latest ON latest.order_id = o.id
        JOIN money ON money.order_id = o.id
        WHERE o.status = 'cancelled'
            AND (money.kept <> 0 OR latest.status IN ('authorized', 'requires_action'))
        """,
    ),
    Invariant(
        "M6-open",
        "no request to the provider is left without an outcome",
        """
        SELECT o.id, o.kind, o.state, o.provider_key, p.order_id, p.state AS payment
        FROM payments.operation o JOIN payments.payment p ON p.id = o.payment_id
        WHERE o.state = 'sent' OR p.state IN ('pending', 'authorized', 'voiding')
        """,
    ),
    Invariant(
        "M7",
        "an idempotency key stands for one finished answer",
        """
        SELECT service, principal, route, key, count(*) AS answers FROM idempotency_key
        GROUP BY service, principal, route, key HAVING count(*) > 1 OR count(status) = 0
        """,
    ),
)
