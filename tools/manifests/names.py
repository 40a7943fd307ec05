"""Names that several of the generated files have to agree on."""

from typing import Any

NAMESPACE = "argosy"
DATA_NAMESPACE = "argosy-data"
# The cluster of CloudNativePG, and the pooler in front of it that the services speak to.
POSTGRESQL = "argosy-postgresql"
POOLER = "argosy-postgresql-pooler"
RABBITMQ = "argosy-rabbitmq"
# The ClusterSecretStore of the site.
STORE = "argosy"


def role_secret(service: str) -> str:
    """The Secret that CloudNativePG takes a role's password from."""
    return f"argosy-{service}-role"


def user_secret(user: str) -> str:
    """The Secret that the topology operator takes a broker user's password from."""
    return f"argosy-{user}-broker-user"


def custom(api: str, kind: str, name: str, namespace: str, spec: dict[str, Any]) -> dict[str, Any]:
    """A custom resource."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}


def in_data_namespace(host: str) -> str:
    """The host name of a Service of the data namespace, as pods of the shop look it up."""
    return f"{host}.{DATA_NAMESPACE}.svc"
