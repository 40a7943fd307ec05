"""The one rounding of carts: half up, on non-negative whole minor units."""

BASIS = 10_000


def portion(amount_minor: int, numerator: int, denominator: int = BASIS) -> int:
    """`amount * numerator / denominator`, rounded half up."""
    return (2 * amount_minor * numerator + denominator) // (2 * denominator)
