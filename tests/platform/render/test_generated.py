"""What the charts take from the code is what the code says now."""

from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from libs.contracts.subscriptions import SUBSCRIPTIONS
from libs.http.app import create_described_app
from libs.http.operation import operation_of
from libs.messaging import topology
from libs.runtime import registry
from tests.platform.render.installed import known, services
from tools.charts import contract, credentials
from tools.charts.__main__ import stale, write
from tools.charts.calls import calls
from tools.charts.facts import SIMULATOR, config_variables
from tools.charts.files import CHARTS, Link, Tree, tree

every_service = pytest.mark.parametrize("name", services())


def test_nothing_has_to_be_written_again():
    assert stale(tree(), CHARTS) == []


def test_a_changed_file_is_named(tmp_path):
    wanted: Tree = {Path("a.yaml"): "a\n", Path("b/c"): Link("../a.yaml"), Path("d"): "d"}
    write(wanted, tmp_path)
    assert stale(wanted, tmp_path) == []

    (tmp_path / "a.yaml").write_text("b\n")
    (tmp_path / "b/c").unlink()
    (tmp_path / "b/c").symlink_to("../d")

    assert stale(wanted, tmp_path) == ["a.yaml", "b/c"]


def test_every_chart_is_of_a_service_that_exists():
    charts = {path.parent.name for path in CHARTS.glob("*/Chart.yaml")}

    assert charts - set(registry.discover()) == {"argosy", "common", "data-eval"}


def test_the_umbrella_has_every_service():
    umbrella = yaml.safe_load((CHARTS / "argosy/Chart.yaml").read_text("utf-8"))

    names = {one["name"] for one in umbrella["dependencies"]}

    assert names == {"common", *registry.discover()}


@every_service
def test_the_queues_that_are_consumed_are_those_that_are_declared(name):
    declared = {queue.name for queue in topology.queues(name, SUBSCRIPTIONS)}
    consumed = [queue for pool in known()[name]["workers"].values() for queue in pool["queues"]]

    # Ordinary tasks have a queue even where there are none yet; the last one is for people.
    assert len(consumed) == len(set(consumed))
    assert set(consumed) | {topology.jobs(name), topology.dead(name)} == declared


def test_all_in_one_consumes_what_the_services_do():
    def consumed(name: str) -> set[str]:
        return {queue for pool in known()[name]["workers"].values() for queue in pool["queues"]}

    assert consumed("all-in-one") == set().union(*(consumed(name) for name in services()))


@every_service
def test_what_nobody_may_read_comes_from_a_secret(name):
    service = services()[name]
    carried = credentials.variables(service.credentials)

    shown = [
        group.variable(field.name)
        for group in service.settings
        for field in fields(group)
        if credentials.looks_secret(group, field) and group.variable(field.name) not in carried
    ]

    assert shown == []


@every_service
def test_every_setting_is_either_a_value_a_secret_or_the_charts_own(name):
    service = services()[name]
    every = {group.variable(field.name) for group in service.settings for field in fields(group)}
    settable = set(config_variables(service))
    carried = credentials.variables(service.credentials)

    assert settable.isdisjoint(carried)
    assert every - settable - carried == {
        "ARGOSY_WORKER_HOST",
        "ARGOSY_WORKER_PORT",
        "ARGOSY_FAILPOINTS",
        "ARGOSY_PROFILE_FOLDER",
    }


@every_service
def test_the_schema_takes_the_settings_of_the_code(name):
    properties = contract.service_schema(contract.load(), services()[name], known()[name])

    settings = properties["properties"]["config"]

    assert settings["additionalProperties"] is False
    assert set(settings["properties"]) == set(config_variables(services()[name]))


@every_service
def test_whoever_an_internal_route_is_for_may_call_it(name):
    app = create_described_app(services()[name].web)
    found = [operation_of(view) for view in app.view_functions.values()]
    meant = {caller for one in found if one for caller in one.access.service}
    allowed = {one["from"] for one in calls(list(services().values())) if one["to"] == name}

    assert meant <= allowed


def test_the_keys_of_tokens_are_where_the_charts_say():
    app = create_described_app(services()["accounts"].web)
    paths = {rule.rule for rule in app.url_map.iter_rules()}

    asked = {
        address["path"]
        for facts in known().values()
        for address in facts["web"]["addresses"]
        if address["variable"] == "ARGOSY_JWKS_URL"
    }

    assert len(asked) == 1
    assert asked <= paths


def test_a_call_is_listed_once_and_between_what_exists():
    listed = [(one["from"], one["to"]) for one in calls(list(services().values()))]

    assert len(listed) == len(set(listed))
    assert {name for call in listed for name in call} == {*known(), SIMULATOR, "test"}
