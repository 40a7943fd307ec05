"""What inventory can be told."""

from dataclasses import dataclass, field

from libs.settings import Settings
from services.inventory.rules.allocation import STRATEGIES, Policy


@dataclass(frozen=True)
class InventorySettings(Settings):
    """Which locations serve an order."""

    section = "INVENTORY_"

    allocation: str = field(
        default="priority",
        metadata={
            "one_of": STRATEGIES,
            "help": "which location serves a line: by priority, most_stock, or together (the one"
            " that has most lines of the order)",
        },
    )
    split_lines: bool = field(
        default=True, metadata={"help": "whether several locations may share a line"}
    )

    @property
    def policy(self) -> Policy:
        """The two as one."""
        return Policy(self.allocation, self.split_lines)
