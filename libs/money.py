"""Money: whole minor units of one currency. There is no float in this project."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

# Minor digits where they are not two (ISO 4217, list one).
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS = {
    **dict.fromkeys(_NO_DECIMALS.split(), 0),
    **dict.fromkeys(_THREE_DECIMALS.split(), 3),
}


def minor_digits(currency: str) -> int:
    """How many decimal places the currency's minor unit stands for."""
    return _DIGITS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units; sums of different currencies are a ValueError."""

    amount: int
    currency: str

    def __add__(self, other: Self) -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Self) -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, factor: int) -> "Money":
        return Money(self.amount * factor, self.currency)

    @property
    def decimal(self) -> str:
        """The amount as people write it: `19.99`."""
        digits = minor_digits(self.currency)
        sign = "-" if self.amount < 0 else ""
        if not digits:
            return f"{sign}{abs(self.amount)}"
        whole, rest = divmod(abs(self.amount), 10**digits)
        return f"{sign}{whole}.{rest:0{digits}d}"

    def _same(self, other: Self) -> int:
        if other.currency != self.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")
        return other.amount


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Parts in proportion to the weights that sum exactly to the total (largest remainder).

    Ties go to the earlier part. Weights of which none is positive share nothing: all parts are 0,
    and a total other than 0 is a ValueError.
    """
    whole = sum(weights)
    if whole <= 0:
        if total:
            raise ValueError("nothing to split the amount over")
        return [0 for _ in weights]
    sign = -1 if total < 0 else 1
    shares = [divmod(abs(total) * weight, whole) for weight in weights]
    parts = [quotient for quotient, _ in shares]
    by_remainder = sorted(range(len(weights)), key=lambda index: -shares[index][1])
    for index in by_remainder[: abs(total) - sum(parts)]:
        parts[index] += 1
    return [sign * part for part in parts]
