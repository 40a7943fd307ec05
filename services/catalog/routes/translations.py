"""Products in other languages over HTTP."""

from collections.abc import Sequence
from typing import Any

from libs.db.transaction import reading, transaction
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from services.catalog.commands import translations as commands
from services.catalog.commands.products import lock_product
from services.catalog.errors import BadLocale
from services.catalog.models.tables import ProductTranslation
from services.catalog.queries.collections import list_translations
from services.catalog.routes.keys import product_id_of
from services.catalog.rules.locales import LOCALE
from services.catalog.schemas.collections import (
    ProductTranslationSchema,
    ProductTranslationsSchema,
    TranslateSchema,
)

translations = Blueprint(
    "translations",
    __name__,
    url_prefix="/api/v1/products",
    description="Products in other languages.",
)


@translations.get("/<key>/translations")
@access(roles=("admin",))
@translations.response(200, ProductTranslationsSchema)
def list_product_translations(key: str) -> dict[str, Sequence[ProductTranslation]]:
    """A product in all its languages but the shop's own."""
    with reading() as session:
        return {"data": list_translations(session, product_id_of(session, key))}


@translations.put("/<key>/translations/<locale>")
@access(roles=("admin",))
@translations.arguments(TranslateSchema)
@translations.response(200, ProductTranslationSchema)
def translate_product(body: dict[str, Any], key: str, locale: str) -> ProductTranslation:
    """Say what a product is called in a language such as `de` or `pt-BR`."""
    if not LOCALE.fullmatch(locale):
        raise BadLocale("a language is written as de or pt-BR")
    with transaction() as session:
        product_id = product_id_of(session, key)
        lock_product(session, product_id)
        return commands.translate(session, product_id, locale, **body)


@translations.delete("/<key>/translations/<locale>")
@access(roles=("admin",))
@translations.response(204)
def drop_product_translation(key: str, locale: str) -> None:
    """Take a translation away."""
    with transaction() as session:
        product_id = product_id_of(session, key)
        lock_product(session, product_id)
        commands.drop_translation(session, product_id, locale)
