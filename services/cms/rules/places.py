"""Where a document is found: its kind, its slug if it is a page, its language."""

import re
from typing import NamedTuple

from services.cms.errors import SlugRefused

KINDS = ("homepage", "navigation", "footer", "service_guarantees", "page")
PAGE = "page"
MAX_SLUG = 100
SLUG_PATTERN = r"[a-z0-9]+(?:-[a-z0-9]+)*\Z"
LOCALE_PATTERN = r"[a-z]{2,3}(?:-[A-Z]{2})?\Z"


class Place(NamedTuple):
    """The key of a document; `slug` is empty for all but pages."""

    kind: str
    slug: str
    locale: str


def place_of(kind: str, slug: str | None, locale: str) -> Place:
    """The place of new content. Refused with SlugRefused."""
    if (kind == PAGE) != bool(slug):
        raise SlugRefused("a page needs a slug" if kind == PAGE else f"a {kind} has no slug")
    return Place(kind, slug or "", locale)


def is_slug(text: str) -> bool:
    """Whether a page could be called so."""
    return len(text) <= MAX_SLUG and re.match(SLUG_PATTERN, text) is not None


def languages(wanted: str | None, default: str) -> list[str]:
    """The locales to try, best first: `pt-BR`, `pt`, then the default."""
    tried = [wanted, wanted.partition("-")[0], default] if wanted else [default]
    return list(dict.fromkeys(tried))
