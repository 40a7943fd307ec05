"""Languages: how they are written, and which of them somebody would rather read."""

import re
from collections.abc import Iterable

LOCALE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")
_MAX_WISHES = 5


def normalized(tag: str) -> str:
    """`DE-at` is `de-AT`."""
    language, dash, region = tag.partition("-")
    return language.lower() + dash + region.upper()


def preferences(tags: Iterable[str], own: str) -> tuple[str, ...]:
    """Languages to look for, the best first; the shop's own one is there without looking.

    Somebody who prefers the shop's language to another one gets it.
    """
    wishes: list[str] = []
    for tag in list(tags)[:_MAX_WISHES]:
        wish = normalized(tag)
        for one in (wish, wish.partition("-")[0]):
            if one in (own, own.partition("-")[0]):
                return tuple(wishes)
            if LOCALE.fullmatch(one) and one not in wishes:
                wishes.append(one)
    return tuple(wishes)
