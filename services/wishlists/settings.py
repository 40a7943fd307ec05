"""What wishlists can be told."""

from dataclasses import dataclass, field

from libs.settings import Settings


@dataclass(frozen=True)
class WishlistsSettings(Settings):
    """Read when the service starts."""

    section = "WISHLISTS_"

    max_lists: int = field(default=20, metadata={"help": "lists that one customer may have"})
    max_items: int = field(
        default=500, metadata={"help": "items that one customer may have in all lists together"}
    )
