"""Promises about orders: each one that was accepted ends, once, and its story makes sense."""

from libs.testing.invariants.invariant import Invariant

ORDERS = (
    Invariant(
        "O1",
        "an order's events are a legal story without gaps, and its end comes once",
        """
        SELECT o.id, o.status, o.version, e.*
        FROM orders.orders o LEFT JOIN (
            SELECT order_id, count(*) AS events, max(seq) AS last,
                min(CASE kind WHEN 'placed' THEN seq END) AS placed,
                sum(kind = 'placed') AS placings, sum(kind = 'confirmed') AS confirmations,
                sum(kind = 'cancelled') AS cancellations,
                min(CASE kind WHEN 'confirmed' THEN seq END) AS confirmed,
                min(CASE WHEN kind IN ('status_changed', 'refunded') THEN seq END) AS later,
                max(CASE kind WHEN 'action_required' THEN seq END) AS action,
                max(CASE kind WHEN 'cancelled' THEN seq END) AS cancelled
            FROM orders.order_event GROUP BY order_id
        ) e ON e.order_id = o.id
        WHERE e.order_id IS NULL OR e.events <> o.version OR e.last <> o.version
            OR e.placings <> 1 OR e.placed <> 1
            OR e.confirmations <> (o.status IN ('processing', 'shipped', 'delivered'))
            OR e.cancellations <> (o.status = 'cancelled')
            OR e.cancelled < e.last
            OR e.action > e.confirmed
            OR (e.later IS NOT NULL AND e.later < coalesce(e.confirmed, e.last + 1))
        """,
    ),
    Invariant(
        "O2",
        "an order that a client was told of exists, and one key never stands for two orders",
        """
        SELECT p.key, p.order_id, 'missing' AS fault FROM client.promise p
        LEFT JOIN orders.orders o ON o.id = p.order_id WHERE o.id IS NULL
        UNION ALL
        SELECT key, group_concat(DISTINCT order_id), 'two orders' FROM client.promise
        GROUP BY key HAVING count(DISTINCT order_id) > 1
        """,
    ),
    Invariant(
        "O2-cart",
        "a cart has at most one order that was not cancelled",
        """
        SELECT cart_id, count(*) AS orders FROM orders.orders WHERE status <> 'cancelled'
        GROUP BY cart_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "O3",
        "the states of an order, its saga and its payment fit together",
        """
        WITH allowed (status, payment_status, saga, payment) AS (VALUES
            ('pending', 'unpaid', 'running', 'requires_action'),
            ('processing', 'paid', 'done', 'captured'),
            ('processing', 'partially_refunded', 'done', 'captured'),
            ('processing', 'refunded', 'done', 'captured'),
            ('shipped', 'paid', 'done', 'captured'),
            ('shipped', 'partially_refunded', 'done', 'captured'),
            ('shipped', 'refunded', 'done', 'captured'),
            ('delivered', 'paid', 'done', 'captured'),
            ('delivered', 'partially_refunded', 'done', 'captured'),
            ('delivered', 'refunded', 'done', 'captured'),
            ('cancelled', 'unpaid', 'compensated', 'none'),
            ('cancelled', 'unpaid', 'compensated', 'voided'),
            ('cancelled', 'unpaid', 'compensated', 'declined'),
            ('cancelled', 'unpaid', 'compensated', 'captured'),
            ('cancelled', 'failed', 'compensated', 'none'),
            ('cancelled', 'failed', 'compensated', 'declined'),
            ('cancelled', 'failed', 'compensated', 'voided')
        )
        SELECT o.id, o.status, o.payment_status, s.status AS saga,
            coalesce(p.state, 'none') AS payment
        FROM orders.orders o LEFT JOIN saga s ON s.id = o.id
        LEFT JOIN (
            SELECT order_id, state, max(id) FROM payments.payment GROUP BY order_id
        ) p ON p.order_id = o.id
        WHERE (o.status, o.payment_status, coalesce(s.status, ''), coalesce(p.state, 'none'))
            NOT IN (SELECT * FROM allowed)
        """,
    ),
    Invariant(
        "O3-return",
        "a return and its saga end alike, and the order knows what was paid back",
        """
        SELECT r.id, r.state, s.status AS saga, 0 AS refunded FROM orders."return" r
        LEFT JOIN saga s ON s.id = r.id
        WHERE (r.state, coalesce(s.status, ''))
            NOT IN (VALUES ('refunded', 'done'), ('refused', 'compensated'))
        UNION ALL
        SELECT o.id, o.refunded_minor, sum(r.amount_minor), 0 FROM orders.orders o
        LEFT JOIN orders."return" r ON r.order_id = o.id AND r.state = 'refunded'
        GROUP BY o.id HAVING o.refunded_minor <> coalesce(sum(r.amount_minor), 0)
        """,
    ),
)

NOTICES = (
    Invariant(
        "N1",
        "nobody is told the same thing twice",
        """
        SELECT dedupe_key, count(*) AS messages FROM notifications.message
        GROUP BY dedupe_key HAVING count(*) > 1
        """,
    ),
    Invariant(
        "N1-end",
        "every buyer is told how the order ended, and nothing else",
        """
        WITH ending AS (
            SELECT o.id, o.email, CASE o.status WHEN 'cancelled' THEN 'order_cancelled/'
                WHEN 'pending' THEN NULL ELSE 'order_confirmed/' END || o.id AS event
            FROM orders.orders o
        ), told AS (
            SELECT dedupe_key, substr(dedupe_key, 1, instr(dedupe_key, '/') + 36) AS event,
                address, channel
            FROM notifications.message WHERE template IN ('order_confirmed', 'order_cancelled')
        )
        SELECT e.id, e.event, NULL AS told FROM ending e
        WHERE e.event IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM told t
            WHERE t.event = e.event AND t.channel = 'email' AND t.address = e.email
        )
        UNION ALL
        SELECT NULL, t.event, t.dedupe_key FROM told t
        WHERE NOT EXISTS (SELECT 1 FROM ending e WHERE e.event = t.event)
        """,
    ),
)
