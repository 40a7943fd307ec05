"""Lets searches learn of changed products: words to guess from, and an index if there is one."""

import logging
from collections.abc import Sequence
from uuid import UUID

from libs.db.transaction import reading, transaction
from services.catalog.commands import search_feed
from services.catalog.queries.search_documents import documents
from services.catalog.search.choice import finder
from services.catalog.search.port import IndexAway, SearchIndex

_log = logging.getLogger(__name__)


def learn(product_ids: Sequence[UUID]) -> None:
    """May run twice, or beside another: an older state never replaces a newer one."""
    with transaction() as session:
        numbers = search_feed.numbers(session, product_ids)
        search_feed.learn_words(session, list(numbers))
    chosen = finder()
    if chosen is not None:
        try:
            _feed(chosen.index, numbers)
        except IndexAway as fault:
            _log.warning("%d products wait for the search index: %s", len(numbers), fault)
            return
    with transaction() as session:
        search_feed.settle(session, numbers)


def _feed(index: SearchIndex, numbers: dict[UUID, int]) -> None:
    if index.create():
        with transaction() as session:
            search_feed.queue_all(session)
    with reading() as session:
        found = documents(session, numbers)
    if found:
        index.put(found)
