"""The SQL of the hand-written limits: each step is one statement for any number of messages.

The last two parameters of each are the rows of the outbox, none where there is no outbox.
"""

FORGET = "DELETE FROM outbox WHERE id = ANY ($1::uuid[])"


def _outbox(first: int) -> str:
    ids, queues, texts = (f"${first + index}" for index in range(3))
    return f"""
    stored AS (
        INSERT INTO outbox (id, routing_key, envelope)
        SELECT * FROM unnest({ids}::uuid[], {queues}::text[], {texts}::text[])
    )
    """  # noqa: S608  # constants


def _seen(step: str, state: str = "done") -> str:
    return f"""
    seen AS (
        INSERT INTO inbox (source, step, state, reply)
        SELECT saga, '{step}', '{state}', reply FROM wanted ON CONFLICT DO NOTHING RETURNING source
    )
    """  # noqa: S608  # constants


START = f"""
    WITH placed AS (
        INSERT INTO orders (id, cart_id, email, currency, total, status, created_at)
        VALUES ($1, $2, 'guest@example.com', 'EUR', $3, 'pending', now())
    ), line AS (
        INSERT INTO order_line (id, order_id, variant_id, quantity, unit_price)
        VALUES ($4, $1, $5, $6, $3)
    ), noted AS (
        INSERT INTO order_event (order_id, seq, kind, at) VALUES ($1, 1, 'placed', now())
    ), begun AS (
        INSERT INTO saga (id, pending, plan, version, due_at)
        VALUES ($1, $7, $8, 1, now() + interval '5 seconds')
    ), event AS (
        INSERT INTO saga_event (saga_id, version, pending, at) VALUES ($1, 1, $7, now())
    ), {_outbox(9)}
    SELECT 1
"""  # noqa: S608  # constants
LOCK = "SELECT id, pending, plan FROM saga WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE"
ADVANCE = f"""
    WITH new AS (SELECT * FROM unnest($1::uuid[], $2::text[]) AS new (id, pending)),
    moved AS (
        UPDATE saga SET pending = new.pending, version = version + 1,
            due_at = now() + interval '5 seconds',
            ended_at = CASE WHEN new.pending = '' THEN now() END
        FROM new WHERE saga.id = new.id RETURNING saga.id, version, saga.pending
    ), noted AS (
        INSERT INTO saga_event (saga_id, version, pending, at)
        SELECT id, version, pending, now() FROM moved
    ), paid AS (
        UPDATE orders SET status = 'processing', number = nextval('order_number'),
            confirmed_at = now()
        WHERE id = ANY ($3::uuid[]) AND status = 'pending' RETURNING id
    ), told AS (
        INSERT INTO order_event (order_id, seq, kind, at) SELECT id, 2, 'confirmed', now() FROM paid
    ), {_outbox(4)}
    SELECT 1
"""  # noqa: S608  # constants
RESERVE = f"""
    WITH wanted AS (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[])
            AS wanted (saga, reply, variant_id, quantity)
    ), {_seen("reserve_stock")},
    held AS (
        INSERT INTO reservation (reference, variant_id, quantity, state)
        SELECT saga, variant_id, quantity, 'held' FROM wanted JOIN seen ON source = saga
        RETURNING variant_id, quantity
    ), demand AS (
        SELECT variant_id, sum(quantity) AS quantity FROM held GROUP BY variant_id
    ), taken AS (
        UPDATE stock_level s SET reserved = s.reserved + demand.quantity FROM demand
        WHERE s.variant_id = demand.variant_id AND s.on_hand - s.reserved >= demand.quantity
        RETURNING 1
    ), {_outbox(5)}
    SELECT (SELECT count(*) FROM seen), (SELECT count(*) FROM demand) - (SELECT count(*) FROM taken)
"""  # noqa: S608  # constants
COMMIT = f"""
    WITH wanted AS (
        SELECT * FROM unnest($1::uuid[], $2::text[]) AS wanted (saga, reply)
    ), {_seen("commit_stock")},
    sold AS (
        UPDATE reservation SET state = 'committed' FROM seen
        WHERE reference = source AND state = 'held' RETURNING reference, variant_id, quantity
    ), demand AS (
        SELECT variant_id, sum(quantity) AS quantity FROM sold GROUP BY variant_id
    ), taken AS (
        UPDATE stock_level s SET reserved = s.reserved - demand.quantity,
            on_hand = s.on_hand - demand.quantity
        FROM demand WHERE s.variant_id = demand.variant_id RETURNING 1
    ), moved AS (
        INSERT INTO movement (reference, variant_id, delta)
        SELECT reference, variant_id, -quantity FROM sold
    ), {_outbox(3)}
    SELECT (SELECT count(*) FROM seen), (SELECT count(*) FROM seen) - (SELECT count(*) FROM sold)
"""  # noqa: S608  # constants
CLOSE = f"""
    WITH wanted AS (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS wanted (saga, reply, cart_id)
    ), {_seen("close_cart")},
    promise AS (
        UPDATE cart_freeze SET state = 'closed' FROM seen WHERE order_id = source
    ), closed AS (
        UPDATE cart SET status = 'closed', version = version + 1
        FROM wanted JOIN seen ON source = saga
        WHERE cart.id = wanted.cart_id AND cart.order_id = saga RETURNING 1
    ), {_outbox(4)}
    SELECT (SELECT count(*) FROM seen), (SELECT count(*) FROM seen) - (SELECT count(*) FROM closed)
"""  # noqa: S608  # constants
AUTHORIZE = f"""
    WITH wanted AS (
        SELECT *, '' AS reply
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::text[])
            AS wanted (saga, payment_id, operation_id, provider_key, amount, request)
    ), {_seen("authorize_payment", "started")},
    opened AS (
        INSERT INTO payment (id, order_id, amount, state)
        SELECT payment_id, saga, amount, 'pending' FROM wanted JOIN seen ON source = saga
    ), noted AS (
        INSERT INTO operation (id, payment_id, kind, provider_key, request, state, due_at)
        SELECT operation_id, payment_id, 'authorize', provider_key, request, 'sent',
            now() + interval '10 seconds'
        FROM wanted JOIN seen ON source = saga
    )
    SELECT count(*), 0 FROM seen
"""  # noqa: S608  # constants
AUTHORIZED = f"""
    WITH told AS (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[],
            $7::text[])
            AS told (saga, reply, payment_id, operation_id, intent_ref, event_id, raw)
    ), closed AS (
        UPDATE operation SET state = 'done', request = NULL FROM told
        WHERE id = told.operation_id AND state = 'sent' RETURNING 1
    ), paid AS (
        UPDATE payment SET state = 'authorized', intent_ref = told.intent_ref FROM told
        WHERE id = told.payment_id
    ), logged AS (
        INSERT INTO payment_event (event_id, payment_id, raw)
        SELECT event_id, payment_id, raw FROM told
    ), answered AS (
        UPDATE inbox SET state = 'done', reply = told.reply FROM told
        WHERE source = told.saga AND step = 'authorize_payment'
    ), {_outbox(8)}
    SELECT count(*), 0 FROM closed
"""  # noqa: S608  # constants
CAPTURE = f"""
    WITH wanted AS (
        SELECT *, '' AS reply FROM unnest($1::uuid[], $2::uuid[], $3::text[])
            AS wanted (saga, operation_id, provider_key)
    ), {_seen("capture_payment", "started")},
    noted AS (
        INSERT INTO operation (id, payment_id, kind, provider_key, request, state, due_at)
        SELECT operation_id, payment.id, 'capture', provider_key, '', 'sent',
            now() + interval '10 seconds'
        FROM wanted JOIN seen ON source = saga JOIN payment ON order_id = saga
    )
    SELECT saga, payment.id, operation_id, intent_ref, amount, provider_key
    FROM wanted JOIN seen ON source = saga JOIN payment ON order_id = saga
"""  # noqa: S608  # constants
CAPTURED = f"""
    WITH told AS (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::bigint[],
            $6::text[], $7::text[])
            AS told (saga, reply, payment_id, operation_id, amount, event_id, raw)
    ), closed AS (
        UPDATE operation SET state = 'done', request = NULL FROM told
        WHERE id = told.operation_id AND state = 'sent' RETURNING 1
    ), paid AS (
        UPDATE payment SET state = 'captured', captured = told.amount FROM told
        WHERE id = told.payment_id
    ), booked AS (
        INSERT INTO ledger_entry (tx_id, payment_id, account, amount)
        SELECT operation_id, payment_id, account, sign * amount
        FROM told, (VALUES ('provider', 1), ('sales', -1)) AS side (account, sign)
    ), logged AS (
        INSERT INTO payment_event (event_id, payment_id, raw)
        SELECT event_id, payment_id, raw FROM told
    ), answered AS (
        UPDATE inbox SET state = 'done', reply = told.reply FROM told
        WHERE source = told.saga AND step = 'capture_payment'
    ), {_outbox(8)}
    SELECT count(*), 0 FROM closed
"""  # noqa: S608  # constants
