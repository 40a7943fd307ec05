"""Every service has what it needs in each data mode, and the written files say so."""

import pytest

from libs.runtime import registry
from tests.platform.manifests import objects
from tests.platform.manifests.objects import ROOT
from tools.manifests import broker, contract, files
from tools.manifests.__main__ import generated

SERVICES = registry.discover()


@pytest.fixture(scope="module")
def operators() -> list[objects.Object]:
    return objects.build("operators")


def test_every_written_file_is_what_the_services_ask_for():
    """`make k8s` writes them."""
    assert files.stale(generated()) == []


def test_a_changed_and_a_missing_file_are_reported(tmp_path):
    files.write({"a/kept.yaml": "1", "a/changed.yaml": "1"}, tmp_path)
    (tmp_path / "a/changed.yaml").write_text("2", "utf-8")

    wanted = {"a/kept.yaml": "1", "a/changed.yaml": "1", "a/missing.yaml": "1"}

    assert files.stale(wanted, tmp_path) == ["a/changed.yaml", "a/missing.yaml"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_its_role_and_its_database(operators, service):
    role = objects.named(operators, "DatabaseRole")[f"argosy-{service}"]
    database = objects.named(operators, "Database")[f"argosy-{service}"]
    cluster = objects.named(operators, "Cluster")["argosy-postgresql"]

    assert role["spec"]["name"] == database["spec"]["owner"] == database["spec"]["name"] == service
    assert role["spec"]["login"] is True
    for one in (role, database):
        assert one["spec"]["cluster"]["name"] == cluster["metadata"]["name"]
        assert one["metadata"]["namespace"] == cluster["metadata"]["namespace"]


@pytest.mark.parametrize("user", [*SERVICES, broker.ALL_IN_ONE])
def test_every_service_has_its_broker_user_and_rights(operators, user):
    wanted = broker.users(SERVICES)[user]

    made = objects.named(operators, "User")[f"argosy-{user}"]["spec"]
    permission = objects.named(operators, "Permission")[f"argosy-{user}"]["spec"]
    topic = objects.named(operators, "TopicPermission")[f"argosy-{user}"]["spec"]

    assert made["importCredentialsSecret"]["name"] == f"argosy-{user}-broker-user"
    assert (permission["user"], permission["vhost"]) == (user, "argosy")
    assert permission["permissions"] == wanted["permissions"]
    assert [topic["permissions"]] == wanted["topics"]


def test_every_login_that_an_operator_reads_is_filled_beside_it(operators):
    filled = {
        one["spec"]["target"]["name"]
        for one in objects.of_kind(operators, "ExternalSecret")
        if one["metadata"]["namespace"] == "argosy-data"
    }
    roles = objects.of_kind(operators, "DatabaseRole")
    users = objects.of_kind(operators, "User")
    store = objects.of_kind(operators, "ObjectStore")[0]["spec"]["configuration"]["s3Credentials"]

    read = {one["spec"]["passwordSecret"]["name"] for one in roles}
    read |= {one["spec"]["importCredentialsSecret"]["name"] for one in users}
    read |= {reference["name"] for reference in store.values()}

    assert filled == read


def test_the_server_takes_all_connections_that_are_granted(operators):
    cluster = objects.named(operators, "Cluster")["argosy-postgresql"]["spec"]
    roles = objects.of_kind(operators, "DatabaseRole")

    granted = [one["spec"]["connectionLimit"] for one in roles]

    assert set(granted) == {contract.granted_connections()}
    assert sum(granted) < int(cluster["postgresql"]["parameters"]["max_connections"])


def test_the_pooler_passes_on_every_connection_that_a_role_is_granted(operators):
    """Its own default is 20, and who comes later would wait and fail."""
    pooler = objects.named(operators, "Pooler")["argosy-postgresql-pooler"]["spec"]
    parameters = pooler["pgbouncer"]["parameters"]

    granted = contract.granted_connections()

    assert int(parameters["default_pool_size"]) == granted
    assert int(parameters["max_client_conn"]) >= granted * len(SERVICES)


def test_backups_go_through_the_plugin_to_a_store_that_is_defined(operators):
    cluster = objects.named(operators, "Cluster")["argosy-postgresql"]["spec"]
    (backup,) = objects.of_kind(operators, "ScheduledBackup")
    (plugin,) = cluster["plugins"]

    assert "backup" not in cluster
    assert plugin["isWALArchiver"] is True
    assert backup["spec"]["pluginConfiguration"]["name"] == plugin["name"]
    assert plugin["parameters"]["barmanObjectName"] in objects.named(operators, "ObjectStore")


def test_the_pooler_keeps_sessions_which_prepared_statements_and_locks_need(operators):
    pooler = objects.named(operators, "Pooler")["argosy-postgresql-pooler"]["spec"]

    assert pooler["pgbouncer"]["poolMode"] == "session"
    assert pooler["instances"] > 1


def test_every_namespaced_reference_to_a_cluster_finds_it(operators):
    clusters = {
        *(("Cluster", name) for name in objects.named(operators, "Cluster")),
        *(("RabbitmqCluster", name) for name in objects.named(operators, "RabbitmqCluster")),
    }

    wanted = {
        ("Cluster", one["spec"]["cluster"]["name"])
        for one in objects.of_kind(
            operators, "Pooler", "Database", "DatabaseRole", "ScheduledBackup"
        )
    }
    wanted |= {
        ("RabbitmqCluster", one["spec"]["rabbitmqClusterReference"]["name"])
        for one in objects.of_kind(operators, "Vhost", "User", "Permission", "TopicPermission")
    }

    assert wanted == clusters


def test_every_service_and_no_other_stands_in_the_written_files():
    text = "".join((ROOT / path).read_text("utf-8") for path in generated())

    assert all(service in text for service in SERVICES)
    assert {secret.owner for secret in contract.secrets() if secret.server == "postgresql"} == set(
        SERVICES
    )
