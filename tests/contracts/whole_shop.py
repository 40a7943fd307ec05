"""All services in one process, each on a database of its own, like the all-in-one profile."""

from collections.abc import Sequence
from pathlib import Path

from libs.http.edge import Edge, create_app
from libs.runtime import registry
from libs.runtime.aliases import ALIASES
from libs.runtime.keys import make_keys
from libs.testing.service_fixtures import ServiceDatabase
from libs.testing.tokens import Issuer

# Nothing listens there: what needs the provider is not part of a request.
_NOWHERE = "http://127.0.0.1:9"
_OFF = ("LOGIN", "LOGIN_FAILED", "REGISTER", "COUPON", "CHECKOUT", "EVENTS", "REVIEW")


def environment(
    names: Sequence[str], database: ServiceDatabase, issuer: Issuer, folder: Path
) -> dict[str, str]:
    """What the processes of a whole shop are told."""
    keys = make_keys(folder / "keys")
    environ = {name: url for service in names for name, url in database(service).items()}
    limits = {f"ARGOSY_RATE_LIMIT_{name}": "off" for name in _OFF}
    return {
        **environ,
        **limits,
        "ARGOSY_JWKS_URL": issuer.environ["ARGOSY_JWKS_URL"],
        "ARGOSY_SERVICE_JWKS": str(keys.service_jwks),
        "ARGOSY_ACCOUNTS_KEYS_DIR": str(keys.accounts),
        "ARGOSY_ORDERS_CARTS_URL": "local:carts",
        "ARGOSY_ORDERS_SERVICE_KEY": str(keys.service("orders")),
        "ARGOSY_PAYMENTS_SIMULATOR_URL": _NOWHERE,
    }


def whole_shop(database: ServiceDatabase, issuer: Issuer, folder: Path) -> Edge:
    """The edge of all services."""
    names = registry.discover()
    environ = environment(names, database, issuer, folder)
    return create_app([registry.web_entry(name) for name in names], environ, ALIASES)
