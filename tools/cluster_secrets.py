"""`python -m tools.cluster_secrets`: new Secrets for an evaluation, with random passwords and keys.

What the charts read, for the servers of charts/data-eval. Give it to `kubectl create`, which leaves
Secrets that exist as they are.
"""

import argparse
import base64
import secrets
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from libs.runtime.keys import KeyFiles, make_keys
from tools.manifests.broker import VHOST
from tools.manifests.contract import Secret
from tools.manifests.contract import secrets as contract

# Only the site knows what carries its messages, keeps its images and indexes its products; without
# that messages are written to the log, images refused and products found by PostgreSQL.
_LEFT_OUT = (
    *(f"argosy-notifications-{name}" for name in ("smtp", "sendgrid", "twilio", "fcm")),
    *(f"argosy-catalog-{name}" for name in ("media", "search")),
)


def make(wanted: Sequence[Secret], installation: str, keys: KeyFiles) -> dict[str, dict[str, str]]:
    """The data of each Secret by its name; the password of each is its own."""
    return {
        secret.name: _data(secret, installation, keys)
        for secret in wanted
        if secret.name not in _LEFT_OUT
    }


def keys_for(wanted: Sequence[Secret], directory: Path) -> KeyFiles:
    """New keys: for access tokens, and for every service that calls another."""
    return make_keys(directory, [caller for secret in wanted if (caller := _caller(secret.name))])


def manifest(made: Mapping[str, Mapping[str, str]], namespace: str) -> str:
    """The Secrets as `kubectl` takes them."""
    return yaml.safe_dump_all(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "Opaque",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": {"app.kubernetes.io/part-of": "argosy"},
            },
            "stringData": dict(data),
        }
        for name, data in made.items()
    )


def _data(secret: Secret, installation: str, keys: KeyFiles) -> dict[str, str]:
    if secret.server:
        return _addresses(secret, installation)
    match secret.name:
        case "argosy-accounts-keys":
            return {path.name: path.read_text("utf-8") for path in keys.accounts.glob("*.pem")}
        case "argosy-service-jwks":
            return dict.fromkeys(secret.keys, keys.service_jwks.read_text("utf-8"))
        case "argosy-payments-webhooks":
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            return dict.fromkeys(secret.keys, f"whsec_{key}")
        case "argosy-administrator":
            return dict.fromkeys(secret.keys, secrets.token_urlsafe(18))
        case name if caller := _caller(name):
            return dict.fromkeys(secret.keys, keys.service(caller).read_text("utf-8"))
    raise LookupError(f"nothing says how the Secret {secret.name} is made")


def _caller(name: str) -> str:
    """Whose key to other services the Secret holds."""
    owner = name.removeprefix("argosy-")
    return owner.removesuffix("-service-key") if owner.endswith("-service-key") else ""


def _addresses(secret: Secret, installation: str) -> dict[str, str]:
    password = secrets.token_urlsafe(24)
    login = f"{secret.owner}:{password}"
    match secret.server:
        case "postgresql":
            host = f"{installation}-postgresql:5432"
            return dict.fromkeys(secret.keys, f"postgresql://{login}@{host}/{secret.owner}")
        case "rabbitmq":
            url, management = secret.keys
            place = f"{login}@{installation}-rabbitmq"
            return {
                url: f"amqp://{place}:5672/{VHOST}",
                management: f"http://{place}:15672/{VHOST}",
            }
        case _:
            return dict.fromkeys(secret.keys, f"redis://:{password}@{installation}-redis:6379/0")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.cluster_secrets", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--namespace", default="argosy")
    parser.add_argument("--installation", default="argosy", help="first part of the servers' names")
    options = parser.parse_args()
    wanted = contract()
    with tempfile.TemporaryDirectory(prefix="argosy-keys-") as folder:
        keys = keys_for(wanted, Path(folder))
        sys.stdout.write(manifest(make(wanted, options.installation, keys), options.namespace))


if __name__ == "__main__":
    main()
