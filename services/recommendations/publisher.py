"""Brings what is counted into the store; nothing is sent there with a transaction open."""

import logging
from typing import NamedTuple

from libs import clock
from libs.db.transaction import reading, transaction
from libs.service import service_settings
from services.recommendations.commands import baskets, counts, publication
from services.recommendations.extension import store, window
from services.recommendations.queries import products
from services.recommendations.rules.places import Place
from services.recommendations.settings import RecommendationsSettings
from services.recommendations.store.client import Store

_log = logging.getLogger(__name__)
_FOLDED_AT_ONCE = 500


class Rebuilt(NamedTuple):
    """What a rebuild did."""

    pairs: int
    lists: int
    removed: int


def fold() -> int:
    """Count interest that waits; returns how much it was."""
    now = clock.now()
    limit = service_settings(RecommendationsSettings).basket_products
    with transaction() as session:
        return baskets.fold(
            session,
            batch=_FOLDED_AT_ONCE,
            products=limit,
            oldest=window(now).oldest,
            now=now,
        )


def publish_due(limit: int) -> int:
    """Write due lists into the store, so many at most; returns how many. StoreDown leaves them due
    again in a minute."""
    shelf = store()
    if shelf:
        restore(shelf)
    now = clock.now()
    with transaction() as session:
        claimed = publication.claim(session, window(now), now, limit)
    users = [place for place in claimed.lists if place.kind == "user"]
    if shelf:
        own = {place: items for place, items in claimed.lists.items() if place.kind != "user"}
        shelf.write(own, now)
        shelf.forget(users)
    with transaction() as session:
        publication.settle(session, claimed, clock.now())
    return len(claimed.lists)


def restore(shelf: Store) -> None:
    """Have everything written again if the store has lost its data."""
    if not shelf.has_lost():
        return
    _log.warning("the store of recommendations is empty; all lists are written again")
    with transaction() as session:
        publication.mark_all(session, clock.now())
    shelf.mark_written()


def rebuild(at_once: int) -> Rebuilt:
    """Count all baskets anew and write every list; what was left over in the store goes.

    Answers stay what they were meanwhile. The same baskets give the same lists.
    """
    while fold():
        pass
    now = clock.now()
    with transaction() as session:
        pairs = counts.recount(session, window(now).oldest)
        publication.mark_all(session, now)
    lists = 0
    while written := publish_due(at_once):
        lists += written
    return Rebuilt(pairs, lists, _remove_strays())


def _remove_strays() -> int:
    shelf = store()
    if shelf is None:
        return 0
    with reading() as session:
        places: set[Place] = products.list_places(session)
    return shelf.retain(places)
