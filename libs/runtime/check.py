"""`python -m libs.runtime check`: shows every setting of some services and what is wrong."""

import os
import re
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from functools import partial
from typing import Any

from libs.db.settings import DatabaseSettings, database_url
from libs.http.settings import HttpSettings
from libs.messaging.settings import MessagingSettings
from libs.runtime import registry
from libs.runtime.settings import ProcessSettings
from libs.settings import PREFIX, Settings, SettingsError

# Up to the last @, since a password may hold any of the signs that should have been escaped.
_PASSWORD = re.compile(r"(?<=://)([^:@/]*):.*(?=@)")
_SECRETS = ("SECRET", "PASSWORD", "TOKEN")


def groups(names: Sequence[str]) -> list[type[Settings]]:
    """The groups of settings that the services read, the platform's first."""
    own = [registry.web_entry(name).settings for name in names]
    platform = [ProcessSettings, HttpSettings, DatabaseSettings, MessagingSettings]
    return platform + [group for group in own if group]


def require(
    wanted: Sequence[type[Settings]], names: Sequence[str], environ: Mapping[str, str]
) -> None:
    """Refuse, before anything is started, with all that is missing or wrong.

    Read are the wanted groups of settings and the database address of each named service.
    """
    readers: list[Callable[[], object]] = [
        *(partial(group.from_env, environ) for group in wanted),
        *(partial(database_url, name, environ) for name in names),
    ]
    found: list[str] = []
    for read in readers:
        try:
            read()
        except SettingsError as fault:
            found.append(str(fault))
    if found:
        raise SettingsError("; ".join(found))


def table(names: Sequence[str], environ: Mapping[str, str]) -> Iterator[str]:
    """One line for each setting: variable, value without passwords, meaning."""
    for group in groups(names):
        for field in fields(group):
            variable = group.variable(field.name)
            yield f"{variable:42} {_shown(variable, field, environ):32} {_meaning(field)}"
    for name in names:
        variable = f"{PREFIX}{name.upper()}_DATABASE_URL"
        given = _PASSWORD.sub(r"\1:***", environ.get(variable, "(missing)"))
        yield f"{variable:42} {given:32} the database of {name}"


def _shown(variable: str, field: "Field[Any]", environ: Mapping[str, str]) -> str:
    if given := environ.get(variable):
        hidden = any(word in variable for word in _SECRETS)
        return "(set)" if hidden else _PASSWORD.sub(r"\1:***", given)
    default = field.default_factory() if callable(field.default_factory) else field.default
    return "(missing)" if default is MISSING else f"{default!r} (default)"


def _meaning(field: "Field[Any]") -> str:
    return str(field.metadata.get("help", ""))


def main(arguments: Namespace) -> None:
    """The command's entry."""
    names = registry.select(arguments.services)
    for line in table(names, os.environ):
        sys.stdout.write(f"{line.rstrip()}\n")
    require(groups(names), names, os.environ)
