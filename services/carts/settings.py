"""What carts can be told."""

from dataclasses import dataclass, field
from typing import get_args

from libs.settings import Settings
from services.carts.models.limits import Limits
from services.carts.rules.merging import Strategy


@dataclass(frozen=True)
class CartsSettings(Settings):
    """Read when the service starts."""

    section = "CARTS_"

    # So many lines of any quantity fit into one message, as an order of the cart has to.
    max_lines: int = field(
        default=1300, metadata={"most": 1300, "help": "different things in one cart"}
    )
    max_quantity: int = field(default=100_000, metadata={"help": "pieces of one thing in a cart"})
    max_coupons: int = field(
        default=10, metadata={"least": 0, "help": "coupons that one cart may name"}
    )
    lease_seconds: int = field(
        default=60, metadata={"help": "how long a cart waits for the order that froze it"}
    )
    idle_days: int = field(
        default=30, metadata={"help": "days without a change after which a cart is thrown away"}
    )

    currency: str = field(
        default="EUR", metadata={"help": "ISO 4217, of a cart that nobody chose one for"}
    )

    merge_strategy: Strategy = field(
        default="sum",
        metadata={
            "help": "what becomes of a guest's cart at sign-in, if the client does not say",
            "one_of": get_args(Strategy),
        },
    )

    @property
    def limits(self) -> Limits:
        """The bounds of one cart."""
        return Limits(lines=self.max_lines, quantity=self.max_quantity, coupons=self.max_coupons)
