"""Promises about sagas and messages: every saga ends, every step counts once, nothing waits."""

from libs.testing.invariants.invariant import Invariant

SAGAS = (
    Invariant(
        "G1",
        "every saga has ended, or waits for somebody outside",
        """
        SELECT s.id, s.type, s.status, s.due_at,
            json_extract(s.state, '$.code') AS code, json_extract(s.state, '$.detail') AS detail
        FROM saga s
        WHERE s.status NOT IN ('done', 'compensated') AND NOT (
            s.status = 'running' AND EXISTS (
                SELECT 1 FROM json_each(s.state, '$.steps') step
                WHERE json_extract(step.value, '$.waiting')
            )
        )
        """,
    ),
    Invariant(
        "G2",
        "a participant did exactly what the saga believes of each step",
        """
        WITH step AS (
            SELECT s.id, s.type, step.key AS name,
                coalesce(json_extract(step.value, '$.status'), 'idle') AS status,
                coalesce(json_extract(step.value, '$.generation'), 0) AS generation
            FROM saga s, json_each(s.state, '$.steps') step
            WHERE s.status IN ('done', 'compensated')
        )
        SELECT step.*, i.service, i.state FROM step
        LEFT JOIN inbox i ON i.source = step.id AND i.step = step.name
            AND i.generation = step.generation
        WHERE CASE step.status
            WHEN 'ok' THEN i.state IS NOT 'done' AND step.name NOT IN
                ('confirm_order', 'record_refund')
            WHEN 'undone' THEN coalesce(i.state, '') NOT IN ('undone', 'cancelled', 'rejected')
            WHEN 'rejected' THEN coalesce(i.state, '') NOT IN ('rejected', 'cancelled')
            ELSE i.state IS NOT NULL END
        """,
    ),
    Invariant(
        "G2-once",
        "a step is answered definitely once, and is undone once",
        """
        SELECT saga_id, step, phase, outcome, count(*) AS answers FROM saga_event
        WHERE event = 'answered' AND outcome IN ('done', 'undone')
        GROUP BY saga_id, step, phase, outcome HAVING count(*) > 1
        """,
    ),
    Invariant(
        "G2-order",
        "a payment is let go of before the stock and the coupons behind it",
        """
        SELECT a.saga_id, a.step, a.version, b.version AS payment
        FROM saga_event a JOIN saga_event b ON b.saga_id = a.saga_id
        WHERE a.step IN ('reserve_stock', 'redeem_promotions') AND b.step = 'authorize_payment'
            AND a.event = 'answered' AND a.phase = 'undo' AND a.outcome = 'undone'
            AND b.event = 'answered' AND b.phase = 'undo' AND b.outcome = 'undone'
            AND b.version > a.version
        """,
    ),
    Invariant(
        "G2-gap",
        "a saga's story has no gap",
        """
        SELECT s.id, s.type, s.version, count(e.version) AS events, max(e.version) AS last
        FROM saga s LEFT JOIN saga_event e ON e.saga_id = s.id
        GROUP BY s.id HAVING count(e.version) <> s.version OR max(e.version) <> s.version
        """,
    ),
    Invariant(
        "G2-orphan",
        "a participant did nothing for a saga that does not exist",
        """
        SELECT i.service, i.source, i.step, i.state FROM inbox i
        LEFT JOIN saga s ON s.id = i.source WHERE i.step <> '' AND s.id IS NULL
        """,
    ),
)

MESSAGES = (
    Invariant(
        "B1",
        "nothing waits to be sent",
        """
        SELECT service, id, type, attempt, due_at FROM outbox
        UNION ALL
        SELECT 'inventory', id, 'stock_mark', NULL, NULL FROM inventory.stock_mark
        UNION ALL
        SELECT 'inventory', m.id, 'movement', NULL, m.at FROM inventory.movement m
        JOIN inventory.ledger_cursor c ON m.id > c.announced
        """,
    ),
    Invariant(
        "B2",
        "no message was taken in twice",
        """
        SELECT service, source, step, generation, count(*) AS times FROM inbox
        GROUP BY service, source, step, generation HAVING count(*) > 1
        """,
    ),
    Invariant(
        "B3",
        "nothing waits in a queue",
        "SELECT name, messages FROM queue WHERE messages > 0",
    ),
    Invariant(
        "B3-dead",
        "there was no message that nobody could handle",
        "SELECT service, id, type, reason, saga_id FROM dead_letter",
    ),
)
