"""One statement per outcome: it closes the request, changes the payment, writes ledger and log.

A request is closed first and its payment changed after it, always in this order, so that an
answer, a webhook and the resolver never wait for each other in a circle. What is closed already
is changed by nothing.
"""

from libs.db.statement import Statement

# Every statement: $1 the request, $2 to $11 the event.
_LOGGED = """
    INSERT INTO payment_event (id, provider, event_id, payment_id, outcome, amount, currency,
        source, occurred_at, raw, verdict)
    SELECT $2, $3, $4, $5, $6, $7::bigint, $8::text, $9, $10, $11,
        CASE WHEN EXISTS (SELECT 1 FROM closed) THEN 'applied' ELSE 'ignored' END
    ON CONFLICT (provider, event_id) DO NOTHING
"""
_TOUCHED = "version = version + 1, updated_at = now()"
authorized = Statement(
    f"""
    WITH closed AS (
        UPDATE operation SET state = 'done', request = NULL, settled_at = now()
        WHERE id = $1 AND state IN ('sent', 'waiting', 'abandoned') RETURNING payment_id
    ), paid AS (
        UPDATE payment SET authorized = $7::bigint, intent_ref = $12, action_url = NULL, {_TOUCHED},
            state = CASE WHEN state IN ('pending', 'requires_action') THEN 'authorized'
                WHEN state = 'voided' THEN 'voiding' ELSE state END
        FROM closed WHERE id = closed.payment_id RETURNING state
    ), logged AS ({_LOGGED})
    SELECT state FROM paid
    """  # noqa: S608 - constants
)
requires_action = Statement(
    f"""
    WITH closed AS (
        UPDATE operation SET state = 'waiting', due_at = now() + $12 * interval '1 second'
        WHERE id = $1 AND state IN ('sent', 'waiting') RETURNING payment_id
    ), paid AS (
        UPDATE payment SET state = 'requires_action', intent_ref = $13, action_url = $14, {_TOUCHED}
        FROM closed WHERE id = closed.payment_id AND state = 'pending'
    ), logged AS ({_LOGGED})
    SELECT payment_id FROM closed
    """  # noqa: S608 - constants
)
captured = Statement(
    f"""
    WITH closed AS (
        UPDATE operation SET state = 'done', settled_at = now()
        WHERE id = $1 AND state = 'sent' RETURNING payment_id
    ), paid AS (
        UPDATE payment SET captured = captured + $7::bigint, state = 'captured', {_TOUCHED}
        FROM closed WHERE id = closed.payment_id RETURNING id
    ), entries AS (
        INSERT INTO ledger_entry (tx_id, payment_id, account, amount, currency)
        SELECT $1, paid.id, side.account, side.sign * $7::bigint, $8::text
        FROM paid, (VALUES ('provider', 1), ('sales', -1)) AS side (account, sign)
    ), logged AS ({_LOGGED})
    SELECT EXISTS (SELECT 1 FROM payment_event WHERE payment_id = $5 AND verdict = 'held')
    FROM paid
    """  # noqa: S608 - constants
)
refunded = Statement(
    f"""
    WITH closed AS (
        UPDATE operation SET state = 'done', settled_at = now()
        WHERE id = $1 AND state = 'sent' RETURNING payment_id
    ), paid AS (
        UPDATE payment SET refunding = refunding - $7::bigint, refunded = refunded + $7::bigint,
            {_TOUCHED}
        FROM closed WHERE id = closed.payment_id RETURNING id
    ), entries AS (
        INSERT INTO ledger_entry (tx_id, payment_id, account, amount, currency)
        SELECT $1, paid.id, side.account, side.sign * $7::bigint, $8::text
        FROM paid, (VALUES ('provider', -1), ('sales', 1)) AS side (account, sign)
    ), logged AS ({_LOGGED})
    SELECT id FROM paid
    """  # noqa: S608 - constants
)
declined = Statement(
    f"""
    WITH closed AS (
        UPDATE operation SET state = 'refused', request = NULL, settled_at = now()
        WHERE id = $1 AND state IN ('sent', 'waiting', 'abandoned') RETURNING payment_id
    ), paid AS (
        UPDATE payment SET decline_code = $12, action_url = NULL, {_TOUCHED},
            state = CASE WHEN state IN ('pending', 'requires_action') THEN 'declined'
                ELSE state END
        FROM closed WHERE id = closed.payment_id
    ), logged AS ({_LOGGED})
    SELECT payment_id FROM closed
    """  # noqa: S608 - constants
)
voided = Statement(
    f"""
    WITH closed AS (
        UPDATE operation SET state = 'done', settled_at = now()
        WHERE id = $1 AND state = 'sent' RETURNING payment_id
    ), abandoned AS (
        UPDATE operation SET state = 'abandoned', request = NULL, settled_at = now()
        FROM closed WHERE operation.payment_id = closed.payment_id
            AND kind = 'authorize' AND state IN ('sent', 'waiting')
    ), paid AS (
        UPDATE payment SET state = 'voided', action_url = NULL, {_TOUCHED}
        FROM closed WHERE id = closed.payment_id
    ), logged AS ({_LOGGED})
    SELECT payment_id FROM closed
    """  # noqa: S608 - constants
)
