"""How much one cart may hold."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.carts.errors import QuantityTooLarge, TooManyCoupons, TooManyLines, TotalTooLarge

# The largest amount that any part of the shop charges, in minor units.
MAX_TOTAL_MINOR = 10**12


@dataclass(frozen=True)
class Limits:
    """Bounds of a cart, a matter of settings."""

    lines: int
    quantity: int
    coupons: int

    def check_quantities(self, quantities: Iterable[int]) -> None:
        """Refuse more lines, or more of one thing, than a cart may hold."""
        wanted = list(quantities)
        if len(wanted) > self.lines:
            raise TooManyLines(self.lines)
        if max(wanted, default=0) > self.quantity:
            raise QuantityTooLarge(self.quantity)

    def check_coupons(self, coupons: Iterable[str]) -> None:
        """Refuse more coupons than a cart may name."""
        if len(list(coupons)) > self.coupons:
            raise TooManyCoupons(self.coupons)


def check_total(total_minor: int) -> None:
    """Refuse what cannot be charged."""
    if total_minor > MAX_TOTAL_MINOR:
        raise TotalTooLarge(f"a cart comes to at most {MAX_TOTAL_MINOR} minor units")
