"""Which index answers: the one that is configured, and PostgreSQL whenever that is away."""

import logging
import time
from uuid import UUID

from flask import current_app

from libs.db.page import Page
from libs.db.transaction import reading
from libs.errors import Unavailable
from libs.service import service_settings
from services.catalog import metrics
from services.catalog.queries.criteria import Criteria, attribute_narrowings
from services.catalog.search.opensearch import CURSOR, OpenSearch
from services.catalog.search.port import IndexAway, SearchIndex
from services.catalog.settings import CatalogSettings

_log = logging.getLogger(__name__)
_EXTENSION = "argosy.catalog.search"
# So long nobody waits for an index that was away.
_REST_SECONDS = 5.0


class SearchMoved(Unavailable):
    """A page of a search whose index is away; the search can be begun again without a cursor."""

    code = "catalog.search_moved"


class Finder:
    """The index beside PostgreSQL, with the time before which nobody asks it again."""

    def __init__(self, index: SearchIndex) -> None:
        self.index = index
        self._rests_until = 0.0

    def find(self, criteria: Criteria, *, cursor: str | None, limit: int) -> Page[UUID] | None:
        """None: PostgreSQL is to answer."""
        if cursor is not None and not cursor.startswith(CURSOR):
            return None
        if time.monotonic() >= self._rests_until:
            with reading() as session:
                wanted = attribute_narrowings(session, criteria.attributes)
            try:
                return self.index.find(criteria, wanted, cursor=cursor, limit=limit)
            except IndexAway as fault:
                _log.warning("a search is answered by PostgreSQL: %s", fault)
                self._rests_until = time.monotonic() + _REST_SECONDS
        metrics.count_search_without_index()
        if cursor is not None:
            raise SearchMoved("the search has to be begun again, without a cursor")
        return None


def finder() -> Finder | None:
    """The current app's; None where only PostgreSQL searches."""
    url = service_settings(CatalogSettings).search_url
    if not url:
        return None
    found: Finder | None = current_app.extensions.get(_EXTENSION)
    if found is None:
        found = current_app.extensions.setdefault(_EXTENSION, Finder(OpenSearch(url)))
    return found


def find(criteria: Criteria, *, cursor: str | None, limit: int) -> Page[UUID] | None:
    """What an index beside PostgreSQL finds; None: PostgreSQL is to answer.

    Only ranked searches of what everybody may see go there. No transaction is open meanwhile.
    """
    if criteria.q is None or criteria.sort is not None or criteria.include_hidden:
        return None
    chosen = finder()
    return chosen.find(criteria, cursor=cursor, limit=limit) if chosen else None
