"""The schemas of custom resources, taken from the Go modules of the operators when a test asks."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

Schema = dict[str, Any]
Kind = tuple[str, str]
# Each operator at the oldest version that k8s/README.md asks for, and what is used of it.
MODULES = {
    "github.com/cloudnative-pg/cloudnative-pg@v1.30.0": [
        f"config/crd/bases/postgresql.cnpg.io_{plural}.yaml"
        for plural in ("clusters", "databases", "databaseroles", "poolers", "scheduledbackups")
    ],
    "github.com/cloudnative-pg/plugin-barman-cloud@v0.15.0": [
        "config/crd/bases/barmancloud.cnpg.io_objectstores.yaml"
    ],
    "github.com/rabbitmq/cluster-operator/v2@v2.20.0": [
        "config/crd/bases/rabbitmq.com_rabbitmqclusters.yaml"
    ],
    "github.com/rabbitmq/messaging-topology-operator@v1.20.0": [
        f"config/crd/bases/rabbitmq.com_{plural}.yaml"
        for plural in ("vhosts", "users", "permissions", "topicpermissions", "policies")
    ],
    "github.com/external-secrets/external-secrets@v1.3.2": [
        "config/crds/bases/external-secrets.io_externalsecrets.yaml"
    ],
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": [
        f"example/prometheus-operator-crd/monitoring.coreos.com_{plural}.yaml"
        for plural in ("podmonitors", "servicemonitors", "prometheusrules")
    ],
    "github.com/kedacore/keda/v2@v2.15.1": [
        f"config/crd/bases/keda.sh_{plural}.yaml"
        for plural in ("scaledobjects", "triggerauthentications")
    ],
    "sigs.k8s.io/gateway-api@v1.1.0": [
        "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"
    ],
}
_SECONDS = 60


class Unreachable(Exception):
    """The modules are neither here nor can they be fetched."""


@cache
def validators() -> dict[Kind, jsonschema_rs.Draft202012Validator]:
    """A strict validator for each kind that the operators define."""
    return {
        kind: jsonschema_rs.Draft202012Validator(strict(schema))
        for module, files in MODULES.items()
        for file in files
        for kind, schema in _definitions(_fetched(module) / file)
    }


def strict(schema: Schema) -> Schema:
    """An OpenAPI schema of Kubernetes as JSON Schema, closed where the API server would prune."""
    kept = {key: _member(key, value) for key, value in schema.items() if not _is_noise(key, value)}
    if "properties" in kept and not schema.get("x-kubernetes-preserve-unknown-fields"):
        kept.setdefault("additionalProperties", False)
    if schema.get("x-kubernetes-int-or-string"):
        kept["type"] = ["integer", "string"]
    elif schema.get("nullable"):
        kept["type"] = [kept["type"], "null"]
    return kept


def _member(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: strict(schema) for name, schema in value.items()}
    if key in ("anyOf", "allOf", "oneOf"):
        return [strict(schema) for schema in value]
    is_schema = key in ("items", "additionalProperties", "not") and isinstance(value, dict)
    return strict(value) if is_schema else value


def _is_noise(key: str, value: Any) -> bool:
    """Words for people, and what JSON Schema does not know; `format` may be of a newer dialect."""
    is_word = key in ("description", "format") and isinstance(value, str)
    return is_word or key.startswith("x-") or key in ("nullable", "default", "example")


def _definitions(path: Path) -> Iterator[tuple[Kind, Schema]]:
    crd = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    group, kind = crd["spec"]["group"], crd["spec"]["names"]["kind"]
    for version in crd["spec"]["versions"]:
        yield (f"{group}/{version['name']}", kind), version["schema"]["openAPIV3Schema"]


@cache
def _fetched(module: str) -> Path:
    """The folder where Go keeps the module, which it fetches first where it has to."""
    go = shutil.which("go")
    if not go:
        raise Unreachable("go is not on the path")
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            [go, "mod", "download", "-json", module],
            env=os.environ | {"GO111MODULE": "on", "GOFLAGS": "", "GOWORK": "off"},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise Unreachable(f"{module} was not fetched within {_SECONDS} s") from late
    if done.returncode:
        raise Unreachable(f"{module} cannot be fetched")
    return Path(json.loads(done.stdout)["Dir"])
