"""What events can be told."""

from dataclasses import dataclass, field

from libs.settings import Settings


@dataclass(frozen=True)
class EventsSettings(Settings):
    """Read when the service starts."""

    section = "EVENTS_"

    retention_days: int = field(
        default=90,
        metadata={"most": 3_650, "help": "days that an event is kept; older ones are refused"},
    )
