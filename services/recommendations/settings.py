"""What recommendations can be told."""

import re
from dataclasses import dataclass, field

from libs.settings import Settings, SettingsError

_WRITER = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


@dataclass(frozen=True)
class RecommendationsSettings(Settings):
    """Read when the service starts."""

    section = "RECOMMENDATIONS_"

    redis_url: str = field(
        default="",
        metadata={"help": "where lists are kept; without it only what is popular is recommended"},
    )
    writers: tuple[str, ...] = field(
        default=("ml", "argosy"),
        metadata={"help": "whose lists are shown, the most trusted writer first"},
    )
    window_weeks: int = field(
        default=12, metadata={"most": 104, "help": "how long interest in a product counts"}
    )
    half_life_weeks: float = field(
        default=3.0, metadata={"help": "time in which interest fades to half"}
    )
    basket_products: int = field(
        default=20,
        metadata={"most": 50, "help": "products of one visit or order that count together"},
    )

    def __post_init__(self) -> None:
        """Refuse a writer whose keys could be somebody else's."""
        if not self.writers or not all(map(_WRITER.fullmatch, self.writers)):
            raise SettingsError(
                f"{self.variable('writers')} is not a list of names such as ml,argosy"
            )
