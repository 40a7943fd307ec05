"""What CloudNativePG and the RabbitMQ operators have to make for each service."""

from collections.abc import Iterator, Sequence
from typing import Any

from tools.manifests import broker
from tools.manifests.files import file_of
from tools.manifests.names import (
    DATA_NAMESPACE,
    POOLER,
    POSTGRESQL,
    RABBITMQ,
    custom,
    role_secret,
    user_secret,
)

POSTGRESQL_SERVICES = "k8s/operators/cnpg/services.yaml"
POSTGRESQL_CONNECTIONS = "k8s/operators/cnpg/connections.patch.yaml"
POOLER_CONNECTIONS = "k8s/operators/cnpg/pooler.patch.yaml"
RABBITMQ_SERVICES = "k8s/operators/rabbitmq/services.yaml"
_CNPG = "postgresql.cnpg.io/v1"
_RABBITMQ = "rabbitmq.com/v1beta1"
# Connections that the operator, its exporter and an administrator need beside the services.
_RESERVE = 50


def files(services: Sequence[str], granted: int) -> dict[str, str]:
    """A role with `granted` connections, a database and a broker user for each service."""
    made = [one for service in services for one in _database(service, granted)]
    users = broker.users(services).items()
    return {
        POSTGRESQL_SERVICES: file_of(made),
        POSTGRESQL_CONNECTIONS: file_of([_connections(len(services) * granted + _RESERVE)]),
        POOLER_CONNECTIONS: file_of([_pool(granted)]),
        RABBITMQ_SERVICES: file_of(one for name, rights in users for one in _user(name, rights)),
    }


def _database(service: str, granted: int) -> Iterator[dict[str, Any]]:
    cluster = {"cluster": {"name": POSTGRESQL}}
    role = {"name": service, "login": True, "connectionLimit": granted}
    password = {"passwordSecret": {"name": role_secret(service)}}
    yield _cnpg("DatabaseRole", service, cluster | role | password)
    database = {"name": service, "owner": service, "databaseReclaimPolicy": "retain"}
    yield _cnpg("Database", service, cluster | database)


def _cnpg(kind: str, service: str, spec: dict[str, Any]) -> dict[str, Any]:
    return custom(_CNPG, kind, f"argosy-{service}", DATA_NAMESPACE, spec)


def _connections(most: int) -> dict[str, Any]:
    """A patch: the server takes as many connections as it grants to all services together."""
    spec = {"postgresql": {"parameters": {"max_connections": f"{most}"}}}
    return custom(_CNPG, "Cluster", POSTGRESQL, DATA_NAMESPACE, spec)


def _pool(granted: int) -> dict[str, Any]:
    """A patch: each pooler passes on all that a role is granted, so the role is the one limit."""
    spec = {"pgbouncer": {"parameters": {"default_pool_size": f"{granted}"}}}
    return custom(_CNPG, "Pooler", POOLER, DATA_NAMESPACE, spec)


def _user(name: str, rights: dict[str, Any]) -> Iterator[dict[str, Any]]:
    credentials = {"importCredentialsSecret": {"name": user_secret(name)}}
    yield _rabbitmq("User", name, {"tags": list(broker.TAGS)} | credentials)
    whose = {"vhost": broker.VHOST, "user": name}
    yield _rabbitmq("Permission", name, whose | {"permissions": rights["permissions"]})
    for topic in rights["topics"]:
        yield _rabbitmq("TopicPermission", name, whose | {"permissions": topic})


def _rabbitmq(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    cluster = {"rabbitmqClusterReference": {"name": RABBITMQ}}
    return custom(_RABBITMQ, kind, f"argosy-{name}", DATA_NAMESPACE, spec | cluster)
