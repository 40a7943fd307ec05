"""Which existing Secret and key carries each setting that must not stand in values.

The names are a contract with whoever makes the Secrets: operators, External Secrets, CSI drivers,
`python -m tools.cluster_secrets` for an evaluation.
"""

from collections.abc import Iterable
from dataclasses import Field, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_type_hints

from libs.settings import PREFIX, Settings

Kind = Literal["env", "file", "folder"]


@dataclass(frozen=True)
class Credential:
    """A key of a Secret, given to a process as a variable, a file or a folder of all its keys.

    `server` is the data service that it leads to. `given` says whether a chart expects the Secret
    by default; None: it always has to exist.
    """

    id: str
    secret: str
    key: str
    variable: str
    kind: Kind = "env"
    given: bool | None = None
    server: str = ""

    def facts(self) -> dict[str, Any]:
        """As the templates read it."""
        optional = {} if self.given is None else {"given": self.given}
        server = {"server": self.server} if self.server else {}
        ours = {"id": self.id, "variable": self.variable, "kind": self.kind}
        return ours | {"secret": self.secret, "key": self.key} | server | optional


BROKER = "ARGOSY_BROKER_URL"
REDIS = Credential("redis", "argosy-redis", "url", "ARGOSY_REDIS_URL", given=True, server="redis")
SERVICE_JWKS = Credential(
    "serviceJwks", "argosy-service-jwks", "jwks.json", "ARGOSY_SERVICE_JWKS", "file"
)
_OWN = {
    "ARGOSY_ACCOUNTS_KEYS_DIR": Credential("keys", "argosy-accounts-keys", "", "", "folder"),
    "ARGOSY_PAYMENTS_SIMULATOR_WEBHOOK_SECRETS": Credential(
        "webhooks", "argosy-payments-webhooks", "secrets", ""
    ),
    "ARGOSY_CATALOG_SEARCH_URL": Credential(
        "search", "argosy-catalog-search", "url", "", given=False
    ),
    "ARGOSY_CATALOG_MEDIA_URL": Credential("media", "argosy-catalog-media", "url", "", given=False),
    "ARGOSY_NOTIFICATIONS_SMTP_URL": Credential(
        "smtp", "argosy-notifications-smtp", "url", "", given=False
    ),
    # The Redis of all, unless whoever else writes there has one of their own.
    "ARGOSY_RECOMMENDATIONS_REDIS_URL": replace(REDIS, id="store"),
    "ARGOSY_NOTIFICATIONS_SENDGRID_KEY": Credential(
        "sendgrid", "argosy-notifications-sendgrid", "key", "", given=False
    ),
    "ARGOSY_NOTIFICATIONS_TWILIO_TOKEN": Credential(
        "twilio", "argosy-notifications-twilio", "token", "", given=False
    ),
    "ARGOSY_NOTIFICATIONS_FCM_CREDENTIALS": Credential(
        "fcm", "argosy-notifications-fcm", "account.json", "", "file", given=False
    ),
}


def database(service: str) -> Credential:
    """The address of a service's database, with its role and password."""
    variable = f"{PREFIX}{service.upper()}_DATABASE_URL"
    return Credential(
        "database", f"argosy-{service}-database", "url", variable, server="postgresql"
    )


def broker(name: str) -> Credential:
    """The address of the broker, with the user of one service."""
    return Credential("broker", f"argosy-{name}-broker", "url", BROKER, server="rabbitmq")


def management(name: str) -> dict[str, str]:
    """Where KEDA asks for the length of the queues: the broker's HTTP API, with its user."""
    return {"secret": f"argosy-{name}-broker", "key": "management"}


def own(service: str, settings: type[Settings] | None) -> list[Credential]:
    """The credentials among a service's own settings."""
    if settings is None:
        return []
    named = (settings.variable(field.name) for field in fields(settings))
    return [found for variable in named if (found := _find(service, variable))]


def _find(service: str, variable: str) -> Credential | None:
    if variable.endswith("_SERVICE_KEY"):
        return Credential(
            "serviceKey", f"argosy-{service}-service-key", "key.pem", variable, "file"
        )
    found = _OWN.get(variable)
    return found and replace(found, variable=variable)


def looks_secret(settings: type[Settings], field: "Field[Any]") -> bool:
    """Whether the code treats a setting as something that nobody may read."""
    return not field.repr or get_type_hints(settings)[field.name] is Path


def variables(credentials: Iterable[Credential]) -> set[str]:
    """The variables that Secrets set."""
    return {credential.variable for credential in credentials}
