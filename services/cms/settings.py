"""What cms can be told."""

import re
from dataclasses import dataclass, field

from libs.settings import Settings, SettingsError
from services.cms.rules.places import LOCALE_PATTERN


@dataclass(frozen=True)
class CmsSettings(Settings):
    """Read when the service starts."""

    section = "CMS_"

    locale: str = field(
        default="en", metadata={"help": "language of what is asked for without one"}
    )
    cache_seconds: int = field(
        default=30,
        metadata={"help": "longest time that a process may show what it remembers (0 to 3600)"},
    )

    def __post_init__(self) -> None:
        """Refuse what nothing could be found by, and a memory without an end."""
        if not re.fullmatch(LOCALE_PATTERN, self.locale):
            raise SettingsError(f"{self.variable('locale')} is not a locale such as en or pt-BR")
        if not 0 <= self.cache_seconds <= 3600:  # noqa: PLR2004  an hour
            raise SettingsError(f"{self.variable('cache_seconds')} is not 0 to 3600")
