"""The categories and brands that imported rows name: found, or made."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from libs.ids import uuid7
from services.catalog.commands.categories import lock_tree
from services.catalog.rules import category_path
from services.catalog.rules.text import slugify

Path = tuple[str, ...]

_find_categories = Statement(
    "SELECT path, id FROM unnest($1::text[]) wanted (path) JOIN category USING (path)"
)
_taken_slugs = Statement(
    "SELECT slug FROM unnest($1::text[]) wanted (slug) JOIN category USING (slug)"
)
_add_categories = Statement(
    """
    INSERT INTO category (
        id, parent_id, slug, name, path, version, indexed, created_at, updated_at
    )
    SELECT id, parent_id, slug, name, path, 1, 1, $6, $6
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[])
        AS new (id, parent_id, slug, name, path)
    """
)
_add_brands = Statement(
    """
    INSERT INTO brand (id, slug, name, version, indexed, created_at, updated_at)
    SELECT id, slug, name, 1, 1, $4, $4
    FROM unnest($1::uuid[], $2::text[], $3::text[]) AS new (id, slug, name)
    ORDER BY slug
    ON CONFLICT (slug) DO NOTHING
    """
)
_find_brands = Statement(
    "SELECT slug, id FROM unnest($1::text[]) wanted (slug) JOIN brand USING (slug)"
)


def category_ids(session: Session, paths: Iterable[Path]) -> dict[Path, UUID]:
    """The id behind each path, the missing nodes of the tree made."""
    wanted = sorted({path[:depth] for path in paths for depth in range(1, len(path) + 1)})
    known = _known(session, wanted)
    if len(known) < len(wanted):
        lock_tree(session)
        known = _known(session, wanted)
        _add(session, [path for path in wanted if path not in known], known)
    return known


def brand_ids(session: Session, names: Iterable[str]) -> dict[str, UUID]:
    """The id behind the slug of each name, missing brands made."""
    by_slug = {slugify(name): name for name in sorted(set(names))}
    slugs = sorted(by_slug)
    known = dict(_find_brands.rows(session, slugs))
    if missing := [slug for slug in slugs if slug not in known]:
        names = [by_slug[slug] for slug in missing]
        _add_brands.later(session, [uuid7() for _ in missing], missing, names, clock.now())
        known = dict(_find_brands.rows(session, slugs))
    return known


def _known(session: Session, paths: Sequence[Path]) -> dict[Path, UUID]:
    rows = _find_categories.rows(session, [category_path.join(path) for path in paths])
    return {tuple(text.split(category_path.SEPARATOR)): found for text, found in rows}


def _add(session: Session, paths: Sequence[Path], known: dict[Path, UUID]) -> None:
    """Add the missing nodes, also to what is known; sorted, so a parent comes before its child."""
    wishes = {path: category_path.slug_wishes(path) for path in paths}
    candidates = sorted({wish for pair in wishes.values() for wish in pair})
    taken = {slug for (slug,) in _taken_slugs.rows(session, candidates)}
    slugs: list[str] = []
    for path in paths:
        known[path] = uuid7()
        last_resort = f"{slugify(path[-1])[:100]}-{known[path].hex[-8:]}"
        slugs.append(next((wish for wish in wishes[path] if wish not in taken), last_resort))
        taken.add(slugs[-1])
    _add_categories.later(
        session,
        [known[path] for path in paths],
        [known[path[:-1]] if len(path) > 1 else None for path in paths],
        slugs,
        [path[-1] for path in paths],
        [category_path.join(path) for path in paths],
        clock.now(),
    )
