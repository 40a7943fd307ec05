"""A catalog of made-up articles: rows of products by COPY, their listings by the shop's code."""

import io
import time
from collections.abc import Iterator, Sequence
from uuid import UUID

import psycopg2
from flask import Flask

from libs.db.transaction import transaction
from services.catalog.commands import listing, search_feed
from services.catalog.rules.text import slugify
from tools.seed.goods import CURRENCY, Article, article

_CHUNK = 5_000
_KINDS = {"product": 1, "variant": 2, "brand": 3, "category": 4}
_COLUMNS = {
    "category": "id, parent_id, slug, name, path, version, indexed, created_at, updated_at",
    "brand": "id, slug, name, version, indexed, created_at, updated_at",
    "product": "id, slug, name, description, category_id, brand_id, tax_category, status, metadata,"
    " version, created_at, updated_at",
    "variant": "id, product_id, position, sku, weight_g, options, removed",
    "price": "variant_id, currency, amount, current, position",
    "stock": "variant_id, available, version",
}


class Filler:
    """Grows one catalog; articles and identifiers are the same in every run."""

    def __init__(self, app: Flask, url: str) -> None:
        self._app = app
        self._connection = psycopg2.connect(url.replace("+psycopg2", ""), connect_timeout=5)
        self._connection.autocommit = True
        self._brands: dict[str, UUID] = {}
        self._categories: dict[tuple[str, ...], UUID] = {}
        self.count = 0

    def grow(self, count: int) -> None:
        """Have so many articles altogether, and let the planner know."""
        for first in range(self.count + 1, count + 1, _CHUNK):
            self._add([article(number) for number in range(first, min(first + _CHUNK, count + 1))])
        self.count = count
        with self._connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def close(self) -> None:
        """Done."""
        self._connection.close()

    def _add(self, articles: Sequence[Article]) -> None:
        self._copy("category", self._new_categories(articles))
        self._copy("brand", self._new_brands(articles))
        self._copy("product", (self._product(one) for one in articles))
        self._copy(
            "variant",
            (
                (_id("variant", one.number), _id("product", one.number), 0, one.sku, 500, "{}", "f")
                for one in articles
            ),
        )
        self._copy(
            "price",
            ((_id("variant", one.number), CURRENCY, one.cents, one.cents, 0) for one in articles),
        )
        self._copy("stock", ((_id("variant", one.number), one.number % 5, 1) for one in articles))
        ids = [_id("product", one.number) for one in articles]
        with self._app.app_context():
            with transaction() as session:
                session.connection().exec_driver_sql("SET LOCAL statement_timeout = 0")
                listing.refresh(session, ids)
            with transaction() as session:
                search_feed.learn_words(session, ids)
            with transaction() as session:
                search_feed.settle(session, search_feed.numbers(session, ids))

    def _new_categories(self, articles: Sequence[Article]) -> Iterator[tuple[object, ...]]:
        paths = {one.category[:depth] for one in articles for depth in (1, 2)}
        for path in sorted(paths - self._categories.keys()):
            self._categories[path] = _id("category", len(self._categories) + 1)
            parent = self._categories.get(path[:-1], r"\N")
            names = (slugify(path[-1]), path[-1], " > ".join(path))
            yield (self._categories[path], parent, *names, 1, 1, *_times(0))

    def _new_brands(self, articles: Sequence[Article]) -> Iterator[tuple[object, ...]]:
        for name in sorted({one.brand for one in articles} - self._brands.keys()):
            self._brands[name] = _id("brand", len(self._brands) + 1)
            yield (self._brands[name], slugify(name), name, 1, 1, *_times(0))

    def _product(self, one: Article) -> tuple[object, ...]:
        place = (self._categories[one.category], self._brands[one.brand])
        state = ("standard", "active", "{}", 1)
        words = (one.sku.lower(), one.name, one.description)
        return (_id("product", one.number), *words, *place, *state, *_times(one.number))

    def _copy(self, table: str, rows: Iterator[tuple[object, ...]]) -> None:
        lines = "".join("\t".join(map(str, row)) + "\n" for row in rows)
        with self._connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} ({_COLUMNS[table]}) FROM STDIN", io.StringIO(lines))


def _id(kind: str, number: int) -> UUID:
    """Sorted by number, as those of a shop are by time."""
    return UUID(f"{number:012x}70008000{_KINDS[kind]:012x}")


def _times(number: int) -> tuple[str, str]:
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_700_000_000 + number))
    return made, made
