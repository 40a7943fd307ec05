"""What recommendations hears of products, orders and visitors, and its periodic work."""

import logging
from datetime import timedelta

from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.catalog import ProductChanged
from libs.contracts.events import BehaviorEvent, UserEvents
from libs.contracts.orders import OrderConfirmed
from libs.contracts.recommendations import CustomerDataExported, EraseCustomer, ExportCustomer
from libs.messaging.tasks import Tasks
from libs.privacy import Words, take_part
from services.recommendations import metrics, publisher
from services.recommendations.commands import baskets, privacy, projections, tidy
from services.recommendations.commands.baskets import Interaction
from services.recommendations.extension import store, window
from services.recommendations.queries import products
from services.recommendations.rules.baskets import BOUGHT, WEIGHTS, visit
from services.recommendations.store.client import StoreDown

LISTS_PER_RUN = 100
_FORGOTTEN_PER_RUN = 2000
# Longer than any message may be on its way.
_ERASED_DAYS = 30

_log = logging.getLogger(__name__)
tasks = Tasks("recommendations")
take_part(
    tasks,
    Words(export=ExportCustomer, exported=CustomerDataExported, erase=EraseCustomer),
    collect=privacy.collect_customer,
    forget=privacy.erase_customer,
)


@tasks.fact(ProductChanged)
def project_product(session: Session, fact: ProductChanged) -> None:
    """Know what is sold, in which category and at which price."""
    projections.project_product(session, fact, clock.now())


@tasks.fact(OrderConfirmed)
def note_order(session: Session, fact: OrderConfirmed) -> None:
    """What was bought together belongs together."""
    bought = dict.fromkeys((*(line.product_id for line in fact.lines), *fact.product_ids))
    baskets.note(
        session,
        [
            Interaction(fact.order_id, fact.customer_id, product_id, BOUGHT, fact.confirmed_at)
            for product_id in bought
        ],
    )


@tasks.fact(UserEvents)
def note_behavior(session: Session, fact: UserEvents) -> None:
    """What one visitor sees in a day belongs together; without consent nobody is followed."""
    found = (_interaction(event) for event in fact.events)
    baskets.note(session, [one for one in found if one])


def _interaction(event: BehaviorEvent) -> Interaction | None:
    """None for what tells nothing of products, or what an order tells already."""
    weight = WEIGHTS.get(event.kind)
    visitor = event.user_id or event.session_id
    if weight is None or event.product_id is None or visitor is None or event.source == "orders":
        return None
    return Interaction(
        visit(str(visitor), event.at), event.user_id, event.product_id, weight, event.at
    )


def _any_interaction(session: Session) -> bool:
    return products.any_interaction(session)


def _any_due(session: Session) -> bool:
    return products.any_due(session, clock.now())


@tasks.every(seconds=1, transactional=False, when=_any_interaction)
def count_interest() -> int:
    """Put interest into baskets and count it, so much at a time."""
    return publisher.fold()


@tasks.every(seconds=1, transactional=False, when=_any_due)
def publish_lists() -> int:
    """Write what has changed into the store, so many lists at a time."""
    try:
        return publisher.publish_due(LISTS_PER_RUN)
    except StoreDown as fault:
        _log.warning("recommendations wait for the store: %s", fault)
        return 0


@tasks.every(seconds=30, transactional=False)
def restore_store() -> int:
    """Fill a store again that has lost its data."""
    shelf = store()
    try:
        if shelf:
            publisher.restore(shelf)
    except StoreDown as fault:
        _log.warning("recommendations wait for the store: %s", fault)
    return 0


@tasks.every(seconds=600)
def forget_old(session: Session) -> int:
    """Forget what counts no more."""
    now = clock.now()
    tidy.forget_erased(session, now - timedelta(days=_ERASED_DAYS))
    gone = tidy.forget_old(session, window(now).oldest, _FORGOTTEN_PER_RUN)
    return gone if gone >= _FORGOTTEN_PER_RUN else 0


@tasks.every(seconds=15)
def measure_delay(session: Session) -> int:
    """Show how long interest waits to be counted."""
    metrics.set_oldest_waiting(products.longest_wait(session))
    return 0
