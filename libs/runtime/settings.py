"""What every process of Argosy can be told, whatever it serves."""

from dataclasses import dataclass, field

from libs.settings import Settings, SettingsError

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True)
class ProcessSettings(Settings):
    """Read by every command of `python -m libs.runtime`."""

    log_level: str = field(default="INFO", metadata={"help": f"one of {', '.join(_LEVELS)}"})
    failpoints: str = field(
        default="", metadata={"help": "file that names a moment to die at; for tests alone"}
    )
    profile_folder: str = field(
        default="",
        metadata={"help": "where a profile of each request is written; for development alone"},
    )

    def __post_init__(self) -> None:
        if self.log_level.upper() not in _LEVELS:
            choice = ", ".join(_LEVELS)
            raise SettingsError(f"{self.variable('log_level')} must be one of {choice}")
