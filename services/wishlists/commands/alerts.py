"""Alerts: armed by customers, made due by facts, announced once.

Whoever arms one holds the article's rows meanwhile, so that a fact either comes before, and the
article need not be waited for, or after, and finds the alert.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.wishlists import AlertTriggered
from libs.db.statement import Statement
from libs.ids import uuid7
from libs.messaging.outbox import announce
from libs.money import Money
from services.wishlists.commands.lists import lock_customer
from services.wishlists.errors import (
    AlertNotFound,
    ArticleUnknown,
    InStock,
    PriceMissing,
    PriceReached,
)
from services.wishlists.models.articles import find_articles
from services.wishlists.models.tables import Alert
from services.wishlists.queries import get_item
from services.wishlists.rules import AlertKind, Article

_HOLD_PRODUCT = Statement("SELECT 1 FROM product WHERE id = $1::uuid FOR SHARE")
_HOLD_STOCK = Statement(
    """
    SELECT 1 FROM stock_level
    WHERE variant_id IN (SELECT id FROM variant WHERE product_id = $1::uuid)
    ORDER BY variant_id FOR SHARE
    """
)
_FORGET_SENT = Statement(
    "DELETE FROM alert WHERE item_id = $1::uuid AND kind = $2 AND state = 'sent'"
)
_ARM = Statement(
    """
    INSERT INTO alert AS a (id, item_id, user_id, product_id, variant_id, kind, state,
        threshold_minor, currency)
    VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6, 'armed', $7, $8)
    ON CONFLICT (item_id, kind) WHERE state = 'armed' DO UPDATE
        SET threshold_minor = excluded.threshold_minor, currency = excluded.currency
    RETURNING a.id
    """
)
_DISARM = Statement(
    """
    DELETE FROM alert WHERE item_id = $1::uuid AND kind = $2 AND state = 'armed'
    """
)
# A product's own row orders the facts about it: what one of them misses, the later one sees.
_AWAITED = Statement(
    """
    SELECT p.id FROM product p
    WHERE p.id IN (SELECT v.product_id FROM variant v WHERE v.id = ANY ($1::uuid[]))
      AND EXISTS (
        SELECT 1 FROM alert a
        WHERE a.product_id = p.id AND a.kind = 'back_in_stock' AND a.state = 'armed'
      )
    ORDER BY p.id FOR SHARE
    """
)
_IS_AWAITED = Statement(
    "SELECT 1 FROM alert WHERE product_id = $1::uuid AND state = 'armed' LIMIT 1"
)
_STOCK_DUE = Statement(
    """
    WITH waiting AS (
        SELECT a.id FROM alert a
        WHERE a.product_id = ANY ($1::uuid[]) AND a.kind = 'back_in_stock' AND a.state = 'armed'
          AND (a.variant_id IS NULL OR a.variant_id = ANY ($2::uuid[]))
        ORDER BY a.id FOR NO KEY UPDATE
    )
    UPDATE alert a SET state = 'due', due_at = now()
    FROM waiting WHERE a.id = waiting.id AND a.state = 'armed'
    """
)
_PRICE_DUE = Statement(
    """
    WITH offer AS (
        SELECT * FROM unnest($2::uuid[], $3::text[], $4::bigint[])
            AS o (variant_id, currency, amount)
    ), waiting AS (
        SELECT a.id, lowest.amount FROM alert a, LATERAL (
            SELECT min(o.amount) AS amount FROM offer o
            WHERE o.currency = a.currency
              AND (a.variant_id IS NULL OR a.variant_id = o.variant_id)
        ) AS lowest
        WHERE a.product_id = $1::uuid AND a.kind = 'price_drop' AND a.state = 'armed'
          AND lowest.amount <= a.threshold_minor
        ORDER BY a.id FOR NO KEY UPDATE OF a
    )
    UPDATE alert a SET state = 'due', due_at = now(), price_minor = waiting.amount
    FROM waiting WHERE a.id = waiting.id AND a.state = 'armed'
    """
)
_CLAIM = Statement(
    """
    UPDATE alert SET state = 'sent' WHERE id IN (
        SELECT id FROM alert WHERE state = 'due' ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, user_id, kind, product_id, variant_id, price_minor, currency
    """
)


def arm_alert(
    session: Session,
    *,
    user_id: UUID,
    wishlist_id: UUID,
    item_id: UUID,
    kind: AlertKind,
    threshold: Money | None,
) -> Alert:
    """Wait for the item's article; an alert that waits already takes the new threshold.

    Refused with InStock or PriceReached when there is nothing to wait for, and with PriceMissing.
    """
    lock_customer(session, user_id)
    item = get_item(session, user_id, wishlist_id, item_id)
    _HOLD_PRODUCT.run(session, item.product_id)
    _HOLD_STOCK.run(session, item.product_id)
    article = find_articles(session, [item.product_id]).get(item.product_id)
    if article is None:
        raise ArticleUnknown("nothing is sold under that id")
    _require_waiting(article.narrowed(item.variant_id), kind, threshold)
    _FORGET_SENT.later(session, item.id, kind)
    row = _ARM.rows(
        session,
        *(uuid7(), item.id, user_id, item.product_id, item.variant_id, kind),
        threshold.amount if threshold else None,
        threshold.currency if threshold else None,
    )[0]
    return session.get_one(Alert, row[0])


def disarm_alert(
    session: Session, *, user_id: UUID, wishlist_id: UUID, item_id: UUID, kind: str
) -> None:
    """Wait no longer. AlertNotFound."""
    item = get_item(session, user_id, wishlist_id, item_id)
    if not _DISARM.run(session, item.id, kind):
        raise AlertNotFound("the item waits for nothing of that kind")


def stock_arrived(session: Session, variant_ids: list[UUID]) -> None:
    """Make due whatever waits for one of these variants; called once their rows are written."""
    product_ids = [row[0] for row in _AWAITED.rows(session, variant_ids)]
    if product_ids:
        _in_stock_due(session, find_articles(session, product_ids).values())


def product_changed(session: Session, product_id: UUID) -> None:
    """Make due whatever the product's new prices, or its return to the shop, bring about."""
    if not _IS_AWAITED.first(session, product_id):
        return
    article = find_articles(session, [product_id])[product_id]
    _in_stock_due(session, [article])
    offers = [
        (offer.id, currency, amount)
        for offer in article.offers
        for currency, amount in offer.prices.items()
    ]
    _PRICE_DUE.run(session, product_id, *([offer[part] for offer in offers] for part in range(3)))


def announce_due(session: Session, limit: int) -> list[AlertTriggered]:
    """Announce the oldest of what is due; nothing is announced by two."""
    claimed = _CLAIM.rows(session, limit)
    articles = find_articles(session, [row[3] for row in claimed])
    facts = []
    for alert_id, user_id, kind, product_id, variant_id, price_minor, currency in claimed:
        fact = AlertTriggered(
            alert_id=alert_id,
            customer_id=user_id,
            kind=kind,
            product_id=product_id,
            variant_id=variant_id,
            title=articles[product_id].narrowed(variant_id).title,
            price_minor=price_minor,
            currency=currency,
        )
        announce(session, fact)
        facts.append(fact)
    return facts


def _require_waiting(article: Article, kind: AlertKind, threshold: Money | None) -> None:
    if kind == "back_in_stock":
        if article.in_stock:
            raise InStock("the article is in stock")
        return
    prices = {price.currency: price for price in article.prices}
    if threshold is None or threshold.currency not in prices:
        raise PriceMissing("the article has no price in that currency")
    if prices[threshold.currency].amount <= threshold.amount:
        raise PriceReached("the article costs no more than that now")


def _in_stock_due(session: Session, articles: Iterable[Article]) -> None:
    arrived = [article for article in articles if article.in_stock]
    variants = [offer.id for each in arrived for offer in each.offers if offer.available > 0]
    if arrived:
        _STOCK_DUE.run(session, [article.product_id for article in arrived], variants)
