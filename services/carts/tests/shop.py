"""A shop as the other services tell of it, and carts filled from it."""

from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from libs.contracts.accounts import CustomerGroupsChanged
from libs.contracts.catalog import ProductChanged, ProductVariant, VariantPrice
from libs.contracts.inventory import StockChanged, StockLevel
from libs.contracts.promotions import (
    BudgetChanged,
    CouponsChanged,
    CouponState,
    PromotionChanged,
)
from libs.db.transaction import transaction
from libs.ids import from_text, uuid7
from services.carts.commands import projections

BERLIN = {
    "name": "Ada",
    "line1": "Street 1",
    "city": "Berlin",
    "postcode": "10115",
    "country": "DE",
}


class Shop:
    """Each sku is the only variant of its own product; facts get rising versions."""

    def __init__(self) -> None:
        self.variants: dict[str, UUID] = {}
        self.products: dict[str, UUID] = {}
        self._version = 0

    def sells(
        self,
        sku: str,
        price: int = 1000,
        *,
        stock: int | None = 100,
        active: bool = True,
        currency: str = "EUR",
        tax_category: str = "standard",
        category_ids: tuple[UUID, ...] = (),
    ) -> UUID:
        """Catalog and inventory tell of it."""
        variant_id = self.variants.setdefault(sku, uuid7())
        product_id = self.products.setdefault(sku, uuid7())
        self._version += 1
        fact = ProductChanged(
            product_id=product_id,
            version=self._version,
            slug=sku.lower(),
            name=sku,
            active=active,
            tax_category=tax_category,
            category_ids=category_ids,
            variants=(
                ProductVariant(
                    variant_id=variant_id,
                    sku=sku,
                    title=f"Title of {sku}",
                    prices=(VariantPrice(currency=currency, amount_minor=price),),
                ),
            ),
        )
        with transaction() as session:
            projections.project_product(session, fact)
        if stock is not None:
            self.has(sku, stock)
        return variant_id

    def has(self, sku: str, available: int) -> None:
        """Inventory tells how many can be promised."""
        self._version += 1
        level = StockLevel(
            variant_id=self.variants[sku], available=available, version=self._version
        )
        with transaction() as session:
            projections.project_stock(session, StockChanged(levels=(level,)))

    def promotes(self, *codes: str, promotion_id: UUID | None = None, **rule: Any) -> UUID:
        """Promotions tells of a discount, of 10 % unless said otherwise."""
        self._version += 1
        usual: dict[str, Any] = {
            "promotion_id": promotion_id or uuid7(),
            "version": self._version,
            "name": "Discount",
            "active": True,
            "kind": "percentage",
            "percent_basis_points": 1000,
            "amount_minor": None,
            "currency": None,
            "minimum_subtotal_minor": 0,
            "starts_at": None,
            "ends_at": None,
            "automatic": not codes,
            "priority": 0,
            "stackable": False,
        }
        fact = PromotionChanged(**usual | rule)
        with transaction() as session:
            projections.project_promotion(session, fact)
        if codes:
            self.gives_out(fact.promotion_id, *codes)
        return fact.promotion_id

    def gives_out(self, promotion_id: UUID, *codes: str, usable: bool = True) -> None:
        """Promotions tells of coupons, or that they cannot be used any more."""
        self._version += 1
        coupons = tuple(CouponState(code, self._version, usable) for code in codes)
        with transaction() as session:
            projections.project_coupons(
                session, CouponsChanged(promotion_id=promotion_id, coupons=coupons)
            )

    def has_left(self, promotion_id: UUID, left_minor: int) -> None:
        """Promotions tells what is left of a budget."""
        self._version += 1
        fact = BudgetChanged(
            promotion_id=promotion_id, version=self._version, left_minor=left_minor
        )
        with transaction() as session:
            projections.project_budget(session, fact)

    def knows(self, user_id: UUID, *groups: str) -> None:
        """Accounts tells to which groups a customer belongs."""
        self._version += 1
        fact = CustomerGroupsChanged(user_id=user_id, version=self._version, groups=groups)
        with transaction() as session:
            projections.project_groups(session, fact)


class Guest:
    """A caller with one cart."""

    def __init__(
        self, client: FlaskClient, *skus: str, headers: dict[str, str] | None = None, **body: Any
    ) -> None:
        self.client = client
        self.headers = headers or {}
        items = [{"sku": sku, "quantity": 1} for sku in skus]
        answer: Any = client.post(
            "/api/v1/carts",
            json={"currency": "EUR", "items": items} | body,
            headers=self.headers,
        )
        assert answer.status_code == 201, answer.json
        self.made = answer.json
        self.id = answer.json["id"]
        self.token = answer.json["session_token"]
        if self.token:
            self.headers = self.headers | {"X-Cart-Token": self.token}

    @property
    def uuid(self) -> UUID:
        """The cart's identifier inside."""
        return from_text("crt", self.id)

    def call(self, method: str, path: str = "", json: Any = None, **headers: str) -> Any:
        """The response to a request to the cart or to what is below it."""
        return self.client.open(
            f"/api/v1/carts/{self.id}{path}",
            method=method,
            json=json,
            headers=self.headers | {name.replace("_", "-"): v for name, v in headers.items()},
        )

    def cart(self) -> Any:
        """The cart as it now is."""
        return self.call("GET").json


def codes(cart: Any) -> list[str]:
    """The codes of the cart's problems."""
    return [problem["code"] for problem in cart["problems"]]
