"""The place of a category in the tree, written as people read it: `Home > Kitchen > Mugs`."""

from collections.abc import Sequence

from libs.markup import plain
from services.catalog.rules.text import slugify

SEPARATOR = " > "
MAX_NAME = 120
MAX_DEPTH = 8
# The path is indexed, and an index entry has a bound.
MAX_PATH = 500


def join(names: Sequence[str]) -> str:
    """The path of a category with these names, its root first."""
    return SEPARATOR.join(names)


def fault_of(path: str) -> str | None:
    """Why the tree cannot hold the path, if it cannot."""
    names = path.split(SEPARATOR)
    if len(names) > MAX_DEPTH:
        return f"a category lies at most {MAX_DEPTH} levels deep"
    if len(path) > MAX_PATH:
        return f"a category path has at most {MAX_PATH} characters"
    return None


def is_name(name: str) -> bool:
    """Whether a path made with the name can be taken apart again."""
    return bool(name) and len(name) <= MAX_NAME and ">" not in name


def parse(text: str) -> tuple[str, ...]:
    """The names along a path; a ValueError says what is wrong with it."""
    names = tuple(plain(name) for name in text.split(">"))
    if not all(is_name(name) for name in names):
        raise ValueError(
            f"must be names joined by {SEPARATOR!r}, each of 1 to {MAX_NAME} characters"
        )
    if fault := fault_of(join(names)):
        raise ValueError(fault)
    return names


def slug_wishes(names: Sequence[str]) -> tuple[str, str]:
    """Slugs for the category at that path, the best first: its own name, or all names."""
    return slugify(names[-1]), slugify("-".join(names))
