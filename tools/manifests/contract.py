"""Every Secret that the charts read, with its keys, from their own description of the services."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from tools.charts import contract, credentials, facts
from tools.charts.credentials import Credential
from tools.manifests.broker import ALL_IN_ONE


@dataclass(frozen=True)
class Secret:
    """A Secret in the namespace of the shop; no keys: every file that its maker puts into it.

    `server` is the data service whose address it holds, `owner` whom that address is for.
    """

    name: str
    keys: tuple[str, ...]
    server: str = ""
    owner: str = ""
    optional: bool = False


def secrets() -> list[Secret]:
    """What has to exist in each of the three data modes, and what may."""
    services = facts.discover()
    own = [
        _secret(credential)
        for service in services
        for credential in service.credentials
        if credential.server != "rabbitmq"
    ]
    users = [service.name for service in services] + [ALL_IN_ONE]
    return _merged([*own, *map(_broker, users), _administrator()])


def granted_connections() -> int:
    """What the charts take every service to be granted by its database."""
    return int(_default("service", "database")["connections"])


def _secret(credential: Credential) -> Secret:
    keys = () if credential.kind == "folder" else (credential.key,)
    owner = credential.secret.removeprefix("argosy-").removesuffix("-database")
    return Secret(
        credential.secret, keys, credential.server, owner, optional=credential.given is False
    )


def _broker(user: str) -> Secret:
    address, management = credentials.broker(user), credentials.management(user)
    return Secret(address.secret, (address.key, management["key"]), address.server, user)


def _administrator() -> Secret:
    values = _default("umbrella", "administrator")
    return Secret(values["secret"], (values["key"],), optional=True)


def _default(part: str, name: str) -> dict[str, Any]:
    values: dict[str, Any] = contract.default(contract.load()[part][name])
    return values


def _merged(found: Iterable[Secret]) -> list[Secret]:
    """Each Secret once."""
    ordered = sorted(found, key=lambda secret: secret.name)
    return [next(same) for _, same in groupby(ordered, key=lambda secret: secret.name)]
