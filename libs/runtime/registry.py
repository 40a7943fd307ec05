"""Which services this installation holds: found by folder, and their entry points by name.

`services/<name>/app.py` offers `WEB`, `services/<name>/worker.py` offers `WORKER`; nothing else
in libs knows a service, so an image that holds one service starts that one.
"""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from libs.http.prefixes import Prefixes
from libs.settings import SettingsError

SERVICES = Path(__file__).resolve().parents[2] / "services"
_ENTRY_POINTS = ("app.py", "worker.py")


def discover(folder: Path = SERVICES) -> tuple[str, ...]:
    """The names of all services, in alphabetical order."""
    return tuple(
        sorted(
            entry.name
            for entry in folder.iterdir()
            if any((entry / file).is_file() for file in _ENTRY_POINTS)
        )
    )


def select(text: str, known: Sequence[str] | None = None) -> tuple[str, ...]:
    """The services that `all` or `orders,carts` names; refuses a name without a folder."""
    known = discover() if known is None else known
    if text == "all":
        return tuple(known)
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if unknown := [name for name in names if name not in known]:
        raise SettingsError(f"there is no service {unknown[0]!r}, only {', '.join(known)}")
    if not names:
        raise SettingsError("no service is named; give `all` or names such as `orders,carts`")
    return names


def web_entry(name: str) -> Any:
    """The `libs.http.app.WebService` of one service; refuses a service without one."""
    if not (SERVICES / name / "app.py").is_file():
        raise SettingsError(f"the service {name!r} has no web part")
    return importlib.import_module(f"services.{name}.app").WEB


def owners(names: Sequence[str]) -> Prefixes[str]:
    """Which of these services has a path."""
    return Prefixes({prefix: name for name in names for prefix in web_entry(name).prefixes})


def worker_entries(names: Sequence[str], pool: str) -> list[Any]:
    """The `libs.messaging.worker.WorkerService` of each named service with work for the pool."""
    entries = [
        importlib.import_module(f"services.{name}.worker").WORKER
        for name in names
        if (SERVICES / name / "worker.py").is_file()
    ]
    return [entry for entry in entries if pool != "jobs" or entry.tasks.jobs]
