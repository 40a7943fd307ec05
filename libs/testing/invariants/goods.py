"""Promises about stock, coupons and carts: nothing is sold or used twice, nothing stays held."""

from libs.testing.invariants.invariant import Invariant

STOCK = (
    Invariant(
        "S1",
        "nobody is promised what is not there",
        """
        SELECT * FROM inventory.stock_level
        WHERE on_hand < 0 OR reserved < 0 OR (reserved > on_hand AND NOT backorder)
        """,
    ),
    Invariant(
        "S2",
        "a level is the sum of its movements, and what it promises the sum of what is held",
        """
        SELECT s.variant_id, s.location_id, s.on_hand, m.moved, s.reserved, r.held
        FROM inventory.stock_level s LEFT JOIN (
            SELECT variant_id, location_id, sum(delta) AS moved FROM inventory.movement
            GROUP BY variant_id, location_id
        ) m USING (variant_id, location_id) LEFT JOIN (
            SELECT variant_id, location_id, sum(quantity) AS held FROM inventory.reservation
            WHERE state = 'held' GROUP BY variant_id, location_id
        ) r USING (variant_id, location_id)
        WHERE s.on_hand <> coalesce(m.moved, 0) OR s.reserved <> coalesce(r.held, 0)
        """,
    ),
    Invariant(
        "S3",
        "a confirmed order took exactly its lines from stock",
        """
        SELECT coalesce(l.order_id, m.order_id) AS order_id,
            coalesce(l.variant_id, m.variant_id) AS variant_id, l.sold, m.taken
        FROM (
            SELECT o.id AS order_id, l.variant_id, sum(l.quantity) AS sold
            FROM orders.orders o JOIN orders.order_line l ON l.order_id = o.id
            WHERE o.status IN ('processing', 'shipped', 'delivered')
            GROUP BY o.id, l.variant_id
        ) l FULL JOIN (
            SELECT reference AS order_id, variant_id, -sum(delta) AS taken
            FROM inventory.movement WHERE kind = 'sale' GROUP BY reference, variant_id
        ) m ON m.order_id = l.order_id AND m.variant_id = l.variant_id
        WHERE coalesce(l.sold, 0) <> coalesce(m.taken, 0) AND NOT EXISTS (
            SELECT 1 FROM inventory.reservation r
            WHERE r.reference = l.order_id AND r.variant_id = l.variant_id AND r.owed
        )
        """,
    ),
    Invariant(
        "S3-return",
        "what came back is on the shelf again, piece for piece",
        """
        SELECT coalesce(b.return_id, m.return_id) AS return_id, b.pieces, m.back
        FROM (
            SELECT rl.return_id, l.variant_id, sum(rl.quantity) AS pieces
            FROM orders."return" r JOIN orders.return_line rl ON rl.return_id = r.id
            JOIN orders.order_line l ON l.id = rl.line_id
            WHERE r.state = 'refunded' GROUP BY rl.return_id, l.variant_id
        ) b FULL JOIN (
            SELECT reference AS return_id, variant_id, sum(delta) AS back
            FROM inventory.movement WHERE kind = 'return' GROUP BY reference, variant_id
        ) m ON m.return_id = b.return_id AND m.variant_id = b.variant_id
        WHERE coalesce(b.pieces, 0) <> coalesce(m.back, 0)
        """,
    ),
    Invariant(
        "S4",
        "no more is sold than ever came in",
        """
        SELECT variant_id, sum(delta) AS rest FROM inventory.movement
        WHERE variant_id NOT IN (SELECT variant_id FROM inventory.stock_level WHERE backorder)
        GROUP BY variant_id HAVING sum(delta) < 0
        """,
    ),
    Invariant(
        "S5",
        "what is held is held by a live order, or for a time that is not over",
        """
        SELECT r.reference, r.variant_id, r.quantity, r.expires_at, o.status
        FROM inventory.reservation r LEFT JOIN orders.orders o ON o.id = r.reference
        WHERE r.state = 'held' AND NOT r.owed AND CASE
            WHEN r.expires_at IS NULL THEN o.status IS NOT 'pending'
            ELSE julianday(r.expires_at) < julianday('now', '-60 seconds') END
        """,
    ),
    Invariant(
        "S6",
        "carts know what inventory can promise",
        """
        SELECT s.variant_id, s.available, c.available AS in_carts
        FROM (
            SELECT variant_id, sum(max(on_hand - reserved, 0)) AS available
            FROM inventory.stock_level GROUP BY variant_id HAVING NOT max(backorder)
        ) s LEFT JOIN carts.stock_level c ON c.variant_id = s.variant_id
        WHERE c.available IS NOT s.available
        """,
    ),
)

COUPONS = (
    Invariant(
        "C1",
        "a coupon is used no more often than it may be, in all and by each customer",
        """
        SELECT c.code, r.customer, c.usage_limit, c.customer_limit, r.uses, r.own
        FROM promotions.coupon c JOIN (
            SELECT coupon_id, customer, count(*) AS own,
                sum(count(*)) OVER (PARTITION BY coupon_id) AS uses
            FROM promotions.redemption WHERE state = 'held' GROUP BY coupon_id, customer
        ) r ON r.coupon_id = c.id
        WHERE r.uses > c.usage_limit OR r.own > c.customer_limit
        """,
    ),
    Invariant(
        "C2",
        "a coupon's counters are the count of its live uses",
        """
        SELECT c.code, '' AS customer, c.used, count(r.order_id) AS uses
        FROM promotions.coupon c
        LEFT JOIN promotions.redemption r ON r.coupon_id = c.id AND r.state = 'held'
        GROUP BY c.id HAVING c.used <> count(r.order_id)
        UNION ALL
        SELECT n.coupon_id, n.customer, n.used, count(r.order_id)
        FROM promotions.coupon_customer n LEFT JOIN promotions.redemption r
            ON r.coupon_id = n.coupon_id AND r.customer = n.customer AND r.state = 'held'
        GROUP BY n.coupon_id, n.customer HAVING n.used <> count(r.order_id)
        """,
    ),
    Invariant(
        "C2-order",
        "a live use belongs to an order that was not cancelled, and each such order has its uses",
        """
        SELECT r.order_id, r.coupon_id, o.status
        FROM promotions.redemption r LEFT JOIN orders.orders o ON o.id = r.order_id
        WHERE r.state = 'held' AND coalesce(o.status, 'cancelled') = 'cancelled'
        UNION ALL
        SELECT o.id, json_extract(wanted.value, '$.code'), o.status
        FROM orders.orders o JOIN saga s ON s.id = o.id, json_each(s.plan, '$.redemptions') wanted
        WHERE o.status IN ('processing', 'shipped', 'delivered') AND NOT EXISTS (
            SELECT 1 FROM promotions.redemption r JOIN promotions.coupon c ON c.id = r.coupon_id
            WHERE r.order_id = o.id AND r.state = 'held'
                AND c.code = upper(json_extract(wanted.value, '$.code'))
        )
        """,
    ),
    Invariant(
        "C2-budget",
        "a promotion's budget has been spent on its live uses",
        """
        SELECT p.id, p.spent_minor, sum(r.discount_minor) AS discounts
        FROM promotions.promotion p
        LEFT JOIN promotions.redemption r ON r.promotion_id = p.id AND r.state = 'held'
        WHERE p.budget_minor IS NOT NULL
        GROUP BY p.id HAVING p.spent_minor <> coalesce(sum(r.discount_minor), 0)
        """,
    ),
    Invariant(
        "K1",
        "a cart is closed by the order that was confirmed, and open after one that was cancelled",
        """
        SELECT o.id, o.status, c.id AS cart, c.status AS cart_status, c.order_id
        FROM orders.orders o LEFT JOIN carts.cart c ON c.id = o.cart_id
        WHERE CASE o.status
            WHEN 'pending' THEN c.status <> 'frozen' OR c.order_id <> o.id
            WHEN 'cancelled' THEN c.order_id = o.id
            ELSE c.id IS NULL OR c.status <> 'closed' OR c.order_id <> o.id END
        """,
    ),
)
