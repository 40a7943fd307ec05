"""A shop that tells of its articles, customers who wish for them, and what they are told."""

from typing import Any
from uuid import UUID

import msgspec
from flask.testing import FlaskClient
from sqlalchemy import text

from libs.contracts.catalog import ProductChanged, ProductVariant, VariantPrice
from libs.contracts.inventory import StockChanged, StockLevel
from libs.contracts.wishlists import AlertTriggered
from libs.db.transaction import reading, transaction
from libs.ids import to_text, uuid7
from libs.testing.tokens import Issuer
from services.wishlists import tasks


class Shop:
    """One product with two variants, told as facts; versions grow unless a test says otherwise."""

    def __init__(self) -> None:
        self.product, self.red, self.blue = uuid7(), uuid7(), uuid7()
        self._version = 0

    def sells(self, price: int = 1000, *, version: int | None = None, **changes: Any) -> None:
        """Tell of the product at that price in EUR."""
        usual: dict[str, Any] = {
            "product_id": self.product,
            "version": version or self._next(),
            "slug": "mug",
            "name": "Mug",
            "active": True,
            "tax_category": "standard",
            "variants": (self._variant(self.red, "red", price), self._variant(self.blue, "", 2000)),
        }
        tell(ProductChanged(**(usual | changes)))

    def stocks(self, variant_id: UUID, available: int, *, version: int | None = None) -> None:
        """Tell of the variant's level."""
        tell(self.level(variant_id, available, version=version))

    def level(self, variant_id: UUID, available: int, *, version: int | None = None) -> Any:
        """The same, not told yet."""
        level = StockLevel(
            variant_id=variant_id, available=available, version=version or self._next()
        )
        return StockChanged(levels=(level,))

    def _next(self) -> int:
        self._version += 1
        return self._version

    def _variant(self, variant_id: UUID, color: str, price: int) -> ProductVariant:
        return ProductVariant(
            variant_id=variant_id,
            sku=f"MUG-{color or 'blue'}",
            title=f"Mug, {color}" if color else "",
            prices=(VariantPrice(currency="EUR", amount_minor=price),),
        )


class Wisher:
    """A customer who speaks HTTP."""

    def __init__(self, client: FlaskClient, issuer: Issuer) -> None:
        self.user_id = uuid7()
        self._client = client
        self._headers = issuer.user(self.user_id)

    def call(self, method: str, path: str = "", json: Any = None, **headers: str) -> Any:
        """The response to a request below /wishlists."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.open(
            f"/api/v1/wishlists{path}", method=method, json=json, headers=self._headers | extra
        )

    def makes_list(self, name: str = "Later") -> str:
        """The path of a new list."""
        made = self.call("POST", "", {"name": name})
        assert made.status_code == 201, made.json
        return f"/{made.json['id']}"

    def wishes(self, wishlist: str | None = None, **article: UUID) -> str:
        """The path of a new item, in a new list unless one is given."""
        path = f"{wishlist or self.makes_list()}/items"
        made = self.call("POST", path, wish(**article))
        assert made.status_code == 201, made.json
        return f"{path}/{made.json['id']}"

    def waits_for_stock(self, item: str) -> Any:
        """Arm an alert for stock."""
        return self.call("POST", f"{item}/alert", {"kind": "back_in_stock"})

    def waits_for_price(self, item: str, amount: int, currency: str = "EUR") -> Any:
        """Arm an alert for a price."""
        threshold = {"amount": amount, "currency": currency}
        return self.call("POST", f"{item}/alert", {"kind": "price_drop", "threshold": threshold})


def wish(*, variant: UUID | None = None, product: UUID | None = None) -> dict[str, str]:
    """The body that names an article."""
    return {
        f"{name}_id": to_text(prefix, value)
        for name, prefix, value in (("variant", "var", variant), ("product", "prd", product))
        if value
    }


def tell(fact: ProductChanged | StockChanged) -> None:
    """Let the service hear a fact."""
    with transaction() as session:
        if isinstance(fact, ProductChanged):
            tasks.project_product(session, fact)
        else:
            tasks.project_stock(session, fact)


def announce() -> None:
    """Run the periodic task once."""
    with transaction() as session:
        tasks.announce_alerts(session)


def announced() -> list[AlertTriggered]:
    """All that customers were told so far, once whatever is due was announced."""
    announce()
    with reading() as session:
        envelopes = session.scalars(
            text("SELECT envelope FROM outbox WHERE type = :type ORDER BY id"),
            {"type": AlertTriggered.wire_name},
        ).all()
    return [
        msgspec.convert(msgspec.json.decode(envelope)["data"], AlertTriggered)
        for envelope in envelopes
    ]
