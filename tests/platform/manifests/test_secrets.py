"""Every Secret and key that a pod reads is there in each of the three data modes, and no more."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from libs.runtime import registry
from tests.platform.manifests import objects, schemas
from tests.platform.manifests.objects import ROOT, Object, containers
from tools import cluster_secrets
from tools.charts.engine import Chart
from tools.manifests import contract
from tools.manifests.contract import Secret

_MODES = ("external", "operator", "eval")
_EVERY_KEY = ""
# What carries messages, keeps images and finds products is known to the site alone, and switched on
# by it.
_SITES_OWN = {
    "notifications": ("smtp", "sendgrid", "twilio", "fcm"),
    "catalog": ("media", "search"),
}


@cache
def _used(mode: str, profile: str) -> frozenset[tuple[str, str]]:
    """The Secrets and keys of all pods and autoscalers of a shop with everything switched on."""
    services = registry.discover()
    scaled = {"autoscaling": {"enabled": True}}
    each: Object = {service: {"workers": {"saga": scaled}} for service in services}
    for service, names in _SITES_OWN.items():
        each[service]["secrets"] = {name: {"enabled": True} for name in names}
    found = objects.render(
        "argosy",
        {
            "global": {"data": {"mode": mode}, "profile": profile},
            "administrator": {"enabled": True},
            "allInOne": {"workers": {"saga": scaled}},
            **(each if profile == "services" else {}),
        },
    )
    if mode == "eval":
        found += objects.render("data-eval", {"allInOne": profile == "all-in-one"})
    return frozenset(pair for one in found for pair in _read_by(one))


def _read_by(one: Object) -> set[tuple[str, str]]:
    if one["kind"] == "TriggerAuthentication":
        return {(ref["name"], ref["key"]) for ref in one["spec"]["secretTargetRef"]}
    found = set()
    for _, spec in objects.pod_specs([one]):
        variables = [v for c in containers(spec) for v in c.get("env", []) if "valueFrom" in v]
        references = [v["valueFrom"]["secretKeyRef"] for v in variables]
        found |= {(ref["name"], ref["key"]) for ref in references}
        for volume in spec.get("volumes", []):
            found |= _mounted(volume)
    return found


def _mounted(volume: Object) -> set[tuple[str, str]]:
    whole = volume.get("secret", {})
    parts = [part["secret"] for part in volume.get("projected", {}).get("sources", [])]
    named = [(whole["secretName"], whole)] if whole else [(part["name"], part) for part in parts]
    return {
        (name, item["key"])
        for name, source in named
        for item in source.get("items", [{"key": _EVERY_KEY}])
    }


@cache
def _provided_by_external_secrets(mode: str) -> frozenset[tuple[str, str]]:
    folders = {
        "operator": ("operators", "operators/external-secrets/optional"),
        "external": tuple(
            f"operators/external-secrets/{part}" for part in ("common", "external", "optional")
        ),
    }[mode]
    found = [one for folder in folders for one in objects.build(folder)]
    return frozenset(
        (one["spec"]["target"]["name"], key)
        for one in objects.of_kind(found, "ExternalSecret")
        if one["metadata"]["namespace"] == "argosy"
        for key in _keys(one["spec"])
    )


def _keys(spec: Object) -> list[str]:
    if template := spec["target"].get("template"):
        return list(template["data"])
    return [entry["secretKey"] for entry in spec.get("data", [])] or [_EVERY_KEY]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    wanted = contract.secrets()
    keys = cluster_secrets.keys_for(wanted, tmp_path_factory.mktemp("keys"))
    return cluster_secrets.make(wanted, "argosy", keys)


@pytest.mark.parametrize("profile", ["services", "all-in-one"])
@pytest.mark.parametrize("mode", ["external", "operator"])
def test_external_secrets_fill_every_secret_that_is_read(mode, profile):
    missing = _used(mode, profile) - _provided_by_external_secrets(mode)

    assert missing == set()


@pytest.mark.parametrize("profile", ["services", "all-in-one"])
def test_an_evaluation_makes_every_secret_that_is_read(made, profile):
    provided = {(name, key) for name, data in made.items() for key in (*data, _EVERY_KEY)}

    left_out = {
        f"argosy-{service}-{name}" for service, names in _SITES_OWN.items() for name in names
    }
    missing = {pair for pair in _used("eval", profile) if pair[0] not in left_out} - provided

    assert missing == set()


@pytest.mark.parametrize("mode", ["external", "operator"])
def test_no_secret_is_filled_that_nobody_reads(mode):
    used = {name for profile in ("services", "all-in-one") for name, _ in _used(mode, profile)}

    filled = {name for name, _ in _provided_by_external_secrets(mode)}

    assert filled == used


def test_the_three_modes_read_the_same_secrets():
    used = {mode: _used(mode, "services") for mode in _MODES}

    assert used["external"] == used["operator"] == used["eval"]


def test_the_made_secrets_are_valid_and_differ_from_run_to_run(made, tmp_path):
    text = cluster_secrets.manifest(made, "argosy")
    again = cluster_secrets.make(
        contract.secrets(), "argosy", cluster_secrets.keys_for(contract.secrets(), tmp_path)
    )

    found = list(yaml.safe_load_all(text))

    assert [f for one in found for f in schemas.faults(one, schemas.VERSIONS[0])] == []
    assert [name for name, data in made.items() if again[name] == data] == []


def test_a_secret_that_nobody_knows_how_to_make_is_refused(tmp_path):
    unknown = Secret("argosy-reports-token", ("token",))

    with pytest.raises(LookupError, match="argosy-reports-token"):
        cluster_secrets.make([unknown], "argosy", cluster_secrets.keys_for([], tmp_path))


def test_every_process_can_be_started_with_the_made_secrets(made, tmp_path):
    """Every setting that the rendered pods and the Secrets give is one that the code takes."""
    found = objects.render("argosy", {"global": {"data": {"mode": "eval"}}})
    configs = {n: one.get("data", {}) for n, one in objects.named(found, "ConfigMap").items()}
    environ: dict[str, str] = {}
    for _, spec in objects.pod_specs(objects.of_kind(found, "Deployment")):
        for container in containers(spec):
            for source in container.get("envFrom", []):
                environ |= configs[source["configMapRef"]["name"]]
            environ |= _environment(container, spec, made, tmp_path)
    del environ["PROMETHEUS_MULTIPROC_DIR"]  # a folder of the pod

    check = subprocess.run(
        [sys.executable, "-m", "libs.runtime", "check"],
        cwd=ROOT,
        env=environ | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert check.returncode == 0, check.stderr


def _environment(
    container: Object, spec: Object, made: dict[str, dict[str, str]], folder: Path
) -> dict[str, str]:
    found = {}
    for variable in container["env"]:
        if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
            found[variable["name"]] = made[reference["name"]][reference["key"]]
        else:
            found[variable["name"]] = variable["value"]
    mounted = {m["name"]: m["mountPath"] for m in container["volumeMounts"]}
    for volume in spec["volumes"]:
        if "secret" in volume and volume["name"] in mounted:
            name, place = volume["secret"]["secretName"], mounted[volume["name"]]
            here = folder / volume["name"]
            here.mkdir(exist_ok=True)
            for key, text in made[name].items():
                (here / key).write_text(text, "utf-8")
            found = {key: value.replace(place, str(here)) for key, value in found.items()}
    return found


@pytest.fixture(scope="module")
def operator_addresses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What External Secrets would write for the operators, by the same templates and functions."""
    found = objects.read(objects.K8S / "operators/external-secrets/operator/secrets.yaml")
    templates = {
        f"{one['metadata']['namespace']}.{one['spec']['target']['name']}": one["spec"]["target"][
            "template"
        ]["data"]
        for one in found
        if "template" in one["spec"]["target"]
    }
    chart = tmp_path_factory.mktemp("templates")
    (chart / "templates").mkdir()
    (chart / "Chart.yaml").write_text("{apiVersion: v2, name: t, version: 0.1.0}", "utf-8")
    for name, data in templates.items():
        text = yaml.safe_dump(data).replace(".password", ".Values.password")
        (chart / "templates" / f"{name}.yaml").write_text(text, "utf-8")
    made = Chart(chart).manifest({"password": "p@ss:w/rd? +%41&#"})
    return {
        path.rpartition("/")[2].removesuffix(".yaml"): yaml.safe_load(text)
        for path, text in made.items()
    }


@pytest.mark.parametrize("service", registry.discover())
def test_an_address_for_the_operators_names_role_password_and_database(operator_addresses, service):
    database = urlsplit(operator_addresses[f"argosy.argosy-{service}-database"]["url"])
    broker = urlsplit(operator_addresses[f"argosy.argosy-{service}-broker"]["url"])

    assert (database.username, database.path) == (service, f"/{service}")
    assert (broker.username, broker.path) == (service, "/argosy")
    for address in (database, broker):
        assert address.password is not None
        assert unquote(address.password) == "p@ss:w/rd? +%41&#"


@pytest.mark.parametrize("service", registry.discover())
def test_the_operators_get_the_password_that_the_address_has(operator_addresses, service):
    for secret in (f"argosy-{service}-role", f"argosy-{service}-broker-user"):
        login = operator_addresses[f"argosy-data.{secret}"]

        assert login == {"username": service, "password": "p@ss:w/rd? +%41&#"}


def test_the_readme_lists_every_entry_of_the_store():
    text = (objects.K8S / "README.md").read_text("utf-8")
    found = objects.build("operators") + objects.build("operators/external-secrets/optional")
    references = [
        one["remoteRef"] if "remoteRef" in one else one["extract"]
        for secret in objects.of_kind(found, "ExternalSecret")
        for one in secret["spec"].get("data", []) + secret["spec"].get("dataFrom", [])
    ]
    own = rf"/({'|'.join(registry.discover())})-(database|broker|service-key)$"

    families = {re.sub(own, r"/<service>-\2", reference["key"]) for reference in references}

    assert [entry for entry in families if f"`{entry}`" not in text] == []
