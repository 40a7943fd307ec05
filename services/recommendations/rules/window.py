"""How long interest counts, and how fast it fades."""

from dataclasses import dataclass
from datetime import datetime

from services.recommendations.rules.baskets import week_of


@dataclass(frozen=True)
class Window:
    """Interest of the last `weeks` weeks counts; each `half_life` of weeks it counts half."""

    this_week: int
    weeks: int
    half_life: float

    @property
    def oldest(self) -> int:
        """The last week that counts no more."""
        return self.this_week - self.weeks

    @property
    def columns(self) -> tuple[int, float, int]:
        """As statements take it."""
        return self.this_week, self.half_life, self.oldest


def window_at(now: datetime, *, weeks: int, half_life: float) -> Window:
    """The window that ends now."""
    return Window(week_of(now), weeks, half_life)
