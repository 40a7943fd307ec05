"""What searches have to learn: queued with each change, worked by the jobs pool."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.catalog import IndexProducts
from libs.db.statement import Statement
from libs.messaging.outbox import enqueue
from services.catalog.rules.typos import deletions, vocabulary

# As many as one message bears.
_BATCH = 200
# Longer than a batch takes, its time-outs included: after it, whoever worked on it is gone.
_LEASE = timedelta(seconds=120)

_queue = Statement(
    """
    INSERT INTO search_change (product_id, number, due_at)
    SELECT id, nextval('search_change_number'), $2 FROM unnest($1::uuid[]) AS changed (id)
    ON CONFLICT (product_id) DO UPDATE
        SET number = nextval('search_change_number'), due_at = excluded.due_at
    """
)
_queue_all = Statement(
    """
    INSERT INTO search_change (product_id, number, due_at)
    SELECT id, nextval('search_change_number'), $1 FROM product
    ON CONFLICT (product_id) DO NOTHING
    """
)
_is_due = Statement("SELECT 1 FROM search_change WHERE due_at <= $1 LIMIT 1")
_claim = Statement(
    """
    UPDATE search_change SET due_at = $1::timestamptz + $2
    WHERE product_id IN (
        SELECT product_id FROM search_change WHERE due_at <= $1
        ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
    )
    RETURNING product_id
    """
)
_numbers = Statement(
    "SELECT product_id, number FROM search_change WHERE product_id = ANY($1::uuid[])"
)
_texts = Statement(
    """
    SELECT p.name, coalesce(b.name, '') FROM product p LEFT JOIN brand b ON b.id = p.brand_id
    WHERE p.id = ANY($1::uuid[])
    """
)
_add_terms = Statement(
    """
    INSERT INTO term (word, deletions)
    SELECT word, string_to_array(deletions, ' ')
    FROM unnest($1::text[], $2::text[]) AS new (word, deletions)
    ORDER BY word
    ON CONFLICT (word) DO NOTHING
    """
)
_settle = Statement(
    """
    DELETE FROM search_change c USING unnest($1::uuid[], $2::bigint[]) AS done (id, number)
    WHERE c.product_id = done.id AND c.number = done.number
    """
)


def queue(session: Session, product_ids: Sequence[UUID]) -> None:
    """Note that searches have to learn of these products, given in sorted order."""
    _queue.later(session, list(product_ids), clock.now())


def queue_all(session: Session) -> None:
    """Note it of every product, for an index that begins empty."""
    _queue_all.later(session, clock.now())


def is_due(session: Session) -> bool:
    """Whether anything waits."""
    return _is_due.first(session, clock.now()) is not None


def hand_out(session: Session) -> int:
    """Give one batch to the jobs pool; what is not settled in time is given out again."""
    claimed = sorted(key for (key,) in _claim.rows(session, clock.now(), _LEASE, _BATCH))
    if claimed:
        enqueue(session, IndexProducts(product_ids=tuple(claimed)))
    return len(claimed)


def numbers(session: Session, product_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The change that each of these waits with; read it before what is to be learned."""
    return dict(_numbers.rows(session, list(product_ids)))


def learn_words(session: Session, product_ids: Sequence[UUID]) -> None:
    """Let typos be corrected to the words of these products."""
    texts = [text for row in _texts.rows(session, list(product_ids)) for text in row]
    words = sorted(vocabulary(texts))
    _add_terms.later(session, words, [" ".join(deletions(word)) for word in words])


def settle(session: Session, learned: dict[UUID, int]) -> None:
    """Forget these changes, unless a product has changed once more."""
    _settle.later(session, list(learned), list(learned.values()))
