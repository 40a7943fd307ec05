"""What carts refuses, and why."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from libs.errors import Conflict, Invalid, NotFound
from libs.money import Money


class CartNotFound(NotFound):
    """No such cart, or somebody else's."""

    code = "carts.cart_not_found"


class ItemNotFound(NotFound):
    """The cart has no such item."""

    code = "carts.item_not_found"


class CouponNotFound(NotFound):
    """The cart does not name that coupon."""

    code = "carts.coupon_not_found"


class TaxRateNotFound(NotFound):
    """No such tax rate."""

    code = "carts.tax_rate_not_found"


class ShippingMethodNotFound(NotFound):
    """No such shipping method."""

    code = "carts.shipping_method_not_found"


class TaxRateExists(Conflict):
    """The category has a rate for that country."""

    code = "carts.tax_rate_exists"


class ShippingMethodExists(Conflict):
    """Another method has that code."""

    code = "carts.shipping_method_exists"


class CartFrozen(Conflict):
    """An order is being placed from the cart."""

    code = "carts.cart_frozen"

    def __init__(self, order_id: UUID) -> None:
        super().__init__("an order is being placed from this cart", order_id=str(order_id))


class CartClosed(Conflict):
    """The cart became an order."""

    code = "carts.cart_closed"

    def __init__(self, order_id: UUID) -> None:
        super().__init__("this cart became an order", order_id=str(order_id))


class OrderEnded(Conflict):
    """The order that a cart should be kept for cannot have it."""

    code = "carts.order_ended"


class FirstOrderTaken(Conflict):
    """Only one order of a customer has the discount for first orders."""

    code = "carts.first_order_taken"


class TotalChanged(Conflict):
    """The cart does not cost what the buyer expects."""

    code = "carts.total_changed"

    def __init__(self, total: Money) -> None:
        shown = {"amount": total.amount, "currency": total.currency, "decimal": total.decimal}
        super().__init__(f"the total is now {total.decimal} {total.currency}", total=shown)


class CartNotReady(Conflict):
    """Something has to be settled before the cart can become an order."""

    code = "carts.cart_not_ready"

    def __init__(self, problems: Sequence[dict[str, Any]]) -> None:
        reasons = ", ".join(dict.fromkeys(problem["code"] for problem in problems))
        super().__init__(f"the cart is not ready: {reasons}", problems=list(problems))


class SkuUnknown(Invalid):
    """The shop does not sell that."""

    code = "carts.sku_unknown"

    def __init__(self, unknown: Iterable[str]) -> None:
        names = sorted(unknown)
        super().__init__(f"the shop does not know {', '.join(names)}", unknown=names)


class PriceMissing(Invalid):
    """A thing has no price in the currency of the cart."""

    code = "carts.price_missing"

    def __init__(self, skus: Iterable[str], currency: str) -> None:
        names = sorted(skus)
        super().__init__(f"no price in {currency} for {', '.join(names)}", skus=names)


class QuantityTooLarge(Invalid):
    """More pieces of one thing than a cart may hold."""

    code = "carts.quantity_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"a cart holds at most {limit} pieces of one thing", limit=limit)


class TooManyLines(Invalid):
    """More different things than a cart may hold."""

    code = "carts.too_many_lines"

    def __init__(self, limit: int) -> None:
        super().__init__(f"a cart holds at most {limit} lines", limit=limit)


class TooManyCoupons(Invalid):
    """More coupons than a cart may name."""

    code = "carts.too_many_coupons"

    def __init__(self, limit: int) -> None:
        super().__init__(f"a cart takes at most {limit} coupons", limit=limit)


class TotalTooLarge(Invalid):
    """The cart comes to more than the shop can charge."""

    code = "carts.total_too_large"


class CouponInvalid(Invalid):
    """The same answer for a coupon that never was, has ended or has not begun."""

    code = "carts.coupon_invalid"


class ShippingMethodUnknown(Invalid):
    """The shop does not send by that method."""

    code = "carts.shipping_method_unknown"


class NothingToMerge(Invalid):
    """The cart token names no other cart."""

    code = "carts.nothing_to_merge"


class CurrencyMismatch(Invalid):
    """Amounts of two currencies do not meet in one cart."""

    code = "carts.currency_mismatch"
