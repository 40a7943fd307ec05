"""What the database knows of products, of interest in them, and of what is due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.money import Money
from services.recommendations.rules.places import Place
from services.recommendations.rules.ranking import Known, Near, Scored
from services.recommendations.rules.window import Window

# So many neighbors of a product are weighed against each other.
_NEIGHBORS = 300

_near = Statement(
    """
    WITH near AS MATERIALIZED (
        SELECT asked.id, c.other_id, c.together
        FROM unnest($1::uuid[]) AS asked (id)
        CROSS JOIN LATERAL (
            SELECT other_id, sum(weight * power(0.5::float8, ($2 - week) / $3::float8)) AS together
            FROM co_occurrence WHERE product_id = asked.id AND week > $4
            GROUP BY other_id ORDER BY together DESC, other_id LIMIT $5
        ) c
    ), interest AS MATERIALIZED (
        SELECT product_id AS id, sum(weight * power(0.5::float8, ($2 - week) / $3::float8)) AS sum
        FROM popularity
        WHERE week > $4 AND product_id IN (SELECT id FROM near UNION SELECT other_id FROM near)
        GROUP BY product_id
    )
    SELECT near.id, near.other_id, near.together, mine.sum, other.sum
    FROM near
    JOIN interest mine ON mine.id = near.id
    JOIN interest other ON other.id = near.other_id
    """
)
_popular = Statement(
    """
    SELECT id, score FROM product WHERE active AND score > 0
    ORDER BY score DESC, id DESC LIMIT $1
    """
)
_in_category = Statement(
    """
    SELECT id, score FROM product WHERE active AND category_id = $1::uuid
    ORDER BY score DESC, id DESC LIMIT $2
    """
)
_categories = Statement(
    """
    SELECT DISTINCT category_id FROM product
    WHERE id = ANY ($1::uuid[]) AND category_id IS NOT NULL
    """
)
_history = Statement(
    """
    SELECT i.product_id, max(i.weight) FROM basket b JOIN basket_item i ON i.basket_id = b.id
    WHERE b.user_id = $1::uuid AND b.week > $2
    GROUP BY i.product_id ORDER BY max(i.at) DESC, i.product_id LIMIT $3
    """
)
_shown = Statement(
    """
    SELECT id, slug, name, prices FROM product WHERE id = ANY ($1::uuid[]) AND active
    """
)
_newest = Statement("SELECT id FROM product WHERE active ORDER BY id DESC LIMIT $1")
_some = Statement("SELECT id FROM product WHERE active ORDER BY id LIMIT $1")
_waiting = Statement(
    """
    SELECT coalesce(extract(epoch FROM now() - (
        SELECT noted_at FROM interaction ORDER BY id LIMIT 1
    )), 0)
    """
)
_places = Statement("SELECT kind, key FROM publication")
_any_due = Statement("SELECT FROM publication WHERE due_at <= $1::timestamptz LIMIT 1")
_any_interaction = Statement("SELECT FROM interaction LIMIT 1")


@dataclass(frozen=True)
class Shown:
    """A product as a client shows it; prices are its lowest, one in each currency."""

    id: UUID
    slug: str
    title: str
    prices: tuple[Money, ...]


def near(session: Session, product_ids: Sequence[UUID], window: Window) -> list[Near]:
    """What was seen together with each of these products most."""
    if not product_ids:
        return []
    rows = _near.rows(session, list(product_ids), *window.columns, _NEIGHBORS)
    return [Near(*row) for row in rows]


def list_popular(session: Session, limit: int) -> list[Scored]:
    """What is sold and drew interest, most first."""
    return [Scored(*row) for row in _popular.rows(session, limit)]


def list_category(session: Session, category_id: UUID, limit: int) -> list[Scored]:
    """What is sold in a category: what drew most interest, then what is new."""
    return [Scored(*row) for row in _in_category.rows(session, category_id, limit)]


def list_newest(session: Session, limit: int) -> list[Scored]:
    """What is sold, the newest first."""
    return [Scored(row[0], 0.0) for row in _newest.rows(session, limit)]


def list_sold(session: Session, limit: int) -> list[UUID]:
    """Some products that are sold, always the same ones."""
    return [row[0] for row in _some.rows(session, limit)]


def categories_of(session: Session, product_ids: Iterable[UUID]) -> list[UUID]:
    """The categories that these products are in."""
    return [row[0] for row in _categories.rows(session, sorted(set(product_ids)))]


def list_history(session: Session, user_id: UUID, window: Window, limit: int) -> list[Known]:
    """What a user showed interest in, the latest first."""
    rows = _history.rows(session, user_id, window.oldest, limit)
    return [Known(product_id, int(weight)) for product_id, weight in rows]


def find_shown(session: Session, product_ids: Sequence[UUID]) -> dict[UUID, Shown]:
    """Those of the products that are sold."""
    found = {}
    for product_id, slug, name, prices in _shown.rows(session, list(product_ids)):
        lowest = tuple(Money(amount, currency) for currency, amount in prices.items())
        found[product_id] = Shown(product_id, slug, name, lowest)
    return found


def list_places(session: Session) -> set[Place]:
    """The lists that belong into the store."""
    return {Place(*row) for row in _places.rows(session)}


def any_due(session: Session, now: datetime) -> bool:
    """Whether a list has to be written."""
    return _any_due.first(session, now) is not None


def any_interaction(session: Session) -> bool:
    """Whether interest waits to be counted."""
    return _any_interaction.first(session) is not None


def longest_wait(session: Session) -> float:
    """Seconds that the interaction waits to be counted which waits longest."""
    row = _waiting.first(session)
    return float(row[0]) if row else 0.0
