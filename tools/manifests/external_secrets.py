"""External Secrets that fill the Secrets of the charts' contract from the site's own store.

The store holds one entry for each Secret: argosy/orders-database for argosy-orders-database. With
the operators it has a password, of which the addresses are made; elsewhere it has the keys as
they are.
"""

from collections.abc import Sequence
from typing import Any

from tools.manifests.broker import VHOST
from tools.manifests.contract import Secret
from tools.manifests.files import file_of
from tools.manifests.names import (
    DATA_NAMESPACE,
    NAMESPACE,
    POOLER,
    RABBITMQ,
    STORE,
    custom,
    in_data_namespace,
    role_secret,
    user_secret,
)

FOLDER = "k8s/operators/external-secrets"
_ESCAPED = '{{ .password | urlquery | replace "+" "%20" }}'
_FOR_CNPG = {"cnpg.io/reload": "true"}
_FOR_RABBITMQ = {"rabbitmq.com/topology-operator": "true"}
_BACKUP_STORE = Secret("argosy-backup-store", ("ACCESS_KEY_ID", "ACCESS_SECRET_KEY"))


def files(secrets: Sequence[Secret]) -> dict[str, str]:
    """What is the same in both modes, what differs, and what only some sites want."""
    own = [secret for secret in secrets if not _is_made(secret)]
    made = [secret for secret in secrets if _is_made(secret)]
    return {
        f"{FOLDER}/common/secrets.yaml": file_of(_kept(s) for s in own if not s.optional),
        f"{FOLDER}/optional/secrets.yaml": file_of(_kept(s) for s in own if s.optional),
        f"{FOLDER}/external/secrets.yaml": file_of(_kept(secret) for secret in made),
        f"{FOLDER}/operator/secrets.yaml": file_of(
            [*map(_address, made), *map(_login, made), _kept(_BACKUP_STORE, DATA_NAMESPACE)]
        ),
    }


def entry(secret: Secret) -> str:
    """The name of a Secret's entry in the site's store."""
    return secret.name.replace("-", "/", 1)


def _is_made(secret: Secret) -> bool:
    """Whether the operators run the server that the Secret leads to."""
    return secret.server in ("postgresql", "rabbitmq")


def _kept(secret: Secret, namespace: str = NAMESPACE) -> dict[str, Any]:
    """A Secret with the keys of its entry."""
    return _external_secret(secret.name, namespace, _source(secret), _target(secret.name))


def _source(secret: Secret) -> dict[str, Any]:
    if not secret.keys:
        return {"dataFrom": [{"extract": {"key": entry(secret)}}]}
    return {"data": [_reference(secret, key) for key in secret.keys]}


def _reference(secret: Secret, key: str) -> dict[str, Any]:
    return {"secretKey": key, "remoteRef": {"key": entry(secret), "property": key}}


def _address(secret: Secret) -> dict[str, Any]:
    """A Secret with addresses that are made of the password in its entry."""
    template = {"engineVersion": "v2", "data": _addresses(secret)}
    target = _target(secret.name) | {"template": template}
    password = {"data": [_reference(secret, "password")]}
    return _external_secret(secret.name, NAMESPACE, password, target)


def _addresses(secret: Secret) -> dict[str, str]:
    login = f"{secret.owner}:{_ESCAPED}"
    if secret.server == "postgresql":
        host = in_data_namespace(POOLER)
        url = f"postgresql://{login}@{host}:5432/{secret.owner}?sslmode=require"
        return dict.fromkeys(secret.keys, url)
    place = f"{login}@{in_data_namespace(RABBITMQ)}"
    url, management = secret.keys
    return {url: f"amqp://{place}:5672/{VHOST}", management: f"http://{place}:15672/{VHOST}"}


def _login(secret: Secret) -> dict[str, Any]:
    """The same user and password, where the operator of the server looks for them."""
    if secret.server == "postgresql":
        name, labels, kind = role_secret(secret.owner), _FOR_CNPG, "kubernetes.io/basic-auth"
    else:
        name, labels, kind = user_secret(secret.owner), _FOR_RABBITMQ, "Opaque"
    data = {"username": secret.owner, "password": "{{ .password }}"}
    template = {"engineVersion": "v2", "type": kind, "metadata": {"labels": labels}, "data": data}
    password = {"data": [_reference(secret, "password")]}
    return _external_secret(name, DATA_NAMESPACE, password, _target(name) | {"template": template})


def _target(name: str) -> dict[str, Any]:
    # A store that cannot be read must not take a running shop's passwords away.
    return {"name": name, "creationPolicy": "Owner", "deletionPolicy": "Retain"}


def _external_secret(
    name: str, namespace: str, source: dict[str, Any], target: dict[str, Any]
) -> dict[str, Any]:
    store = {"secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE}}
    spec = {"refreshInterval": "15m"} | store | {"target": target} | source
    return custom("external-secrets.io/v1", "ExternalSecret", name, namespace, spec)
