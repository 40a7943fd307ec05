"""Each service may do on the broker what it has to, and nothing in the place of another."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import amqp
import pytest
import urllib3

from libs.contracts.subscriptions import SUBSCRIPTIONS
from libs.messaging import topology
from libs.runtime import registry
from libs.testing.process import ManagedProcess, Program, await_ready, is_ready
from libs.testing.servers.private import free_port, scratch_directory
from tests.platform.manifests import scripts
from tests.platform.manifests.brokers import EvaluationBroker
from tests.platform.manifests.objects import ROOT
from tests.platform.manifests.scripts import AWKWARD
from tools.manifests.broker import ALL_IN_ONE, VHOST

SERVICES = registry.discover()
USERS = (*SERVICES, ALL_IN_ONE)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvaluationBroker]:
    """The broker of an evaluation, with all queues."""
    folder = tmp_path_factory.mktemp("rabbitmq")
    made = scripts.unpack(folder / "scripts", {"allInOne": True})
    urls = {user: scripts.url("amqp", user, AWKWARD, f"rabbitmq:5672/{VHOST}") for user in USERS}
    addresses, result = scripts.addresses(folder / "addresses", urls), folder / "definitions.json"
    done = scripts.run(
        made / "rabbitmq-definitions.sh", made / "definitions.json", addresses, result
    )
    assert done.returncode == 0, done.stderr
    with scratch_directory() as directory, EvaluationBroker(directory, result) as server:
        for service in SERVICES:
            topology.declare(_url(server, service), [service], SUBSCRIPTIONS)
        yield server
        server.kill()  # An orderly end would take seconds, for nobody.


def _url(server: EvaluationBroker, user: str) -> str:
    return f"amqp://{user}:{quote(AWKWARD, safe='')}@127.0.0.1:{server.port}/{VHOST}"


@contextmanager
def _channel(server: EvaluationBroker, user: str) -> Iterator[Any]:
    connection = amqp.Connection(
        f"127.0.0.1:{server.port}",
        *(user, AWKWARD),
        virtual_host=VHOST,
        connect_timeout=5,
        read_timeout=10,
        write_timeout=10,
        confirm_publish=True,
    )
    with connection, connection.channel() as channel:
        yield channel


def test_the_definitions_hold_hashes_and_no_password(tmp_path):
    made = scripts.unpack(tmp_path / "scripts", {"services": ["orders"]})
    address = {"orders": f"amqp://orders:plain-to-see@rabbitmq:5672/{VHOST}"}
    addresses = scripts.addresses(tmp_path / "addresses", address)

    scripts.run(
        made / "rabbitmq-definitions.sh", made / "definitions.json", addresses, tmp_path / "made"
    )

    text = (tmp_path / "made").read_text("utf-8")
    assert "plain-to-see" not in text
    assert "@orders@" not in text
    assert [user["name"] for user in json.loads(text)["users"]] == ["orders"]


def test_a_user_of_another_name_is_refused_in_one_sentence(tmp_path):
    made = scripts.unpack(tmp_path / "scripts", {"services": ["orders"]})
    addresses = scripts.addresses(tmp_path / "addresses", {"orders": "amqp://guest:guest@host/"})

    done = scripts.run(
        made / "rabbitmq-definitions.sh", made / "definitions.json", addresses, tmp_path / "made"
    )

    assert done.returncode == 1
    assert "must name the user orders and the virtual host argosy" in done.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_sends_commands_to_everybody_and_reads_its_own_queues(broker, service):
    with _channel(broker, service) as channel:
        channel.basic_publish(
            amqp.Message("{}"),
            exchange=topology.DIRECT,
            routing_key=topology.replies(service),
            mandatory=True,
        )
        message = channel.basic_get(topology.replies(service), no_ack=True)

    assert message.body == "{}"


def test_a_service_cannot_read_the_queue_of_another(broker):
    with pytest.raises(amqp.AccessRefused), _channel(broker, "notifications") as channel:
        channel.basic_get(topology.commands("payments"))


def test_a_service_cannot_take_the_queue_of_another_away(broker):
    with pytest.raises(amqp.AccessRefused), _channel(broker, "notifications") as channel:
        channel.queue_delete(topology.commands("payments"))


def test_a_service_announces_its_own_facts(broker):
    with _channel(broker, "orders") as channel:
        channel.basic_publish(
            amqp.Message("{}"), exchange=topology.FACTS, routing_key="orders.order_placed.v1"
        )


def test_a_service_cannot_announce_a_fact_of_another(broker):
    with pytest.raises(amqp.AccessRefused), _channel(broker, "notifications") as channel:
        channel.basic_publish(
            amqp.Message("{}"), exchange=topology.FACTS, routing_key="orders.order_confirmed.v1"
        )


def test_nobody_else_gets_in(broker):
    with pytest.raises(amqp.AccessRefused):
        amqp.Connection(f"127.0.0.1:{broker.port}", connect_timeout=5, read_timeout=10).connect()


@pytest.mark.parametrize(
    ("path", "status"), [("queues/argosy/orders.commands", 200), ("users", 401)]
)
def test_a_service_asks_the_http_api_for_its_queues_and_for_nothing_of_the_administrator(
    broker, path, status
):
    """KEDA asks with the user of the service."""
    answer = urllib3.request(
        "GET",
        f"http://127.0.0.1:{broker.management_port}/api/{path}",
        headers=urllib3.make_headers(basic_auth=f"orders:{AWKWARD}"),
        timeout=10,
    )

    assert answer.status == status


def test_every_fact_begins_with_the_name_of_the_service_that_announces_it():
    facts = {fact for heard in SUBSCRIPTIONS.values() for fact in heard}

    owners = {fact: fact.__module__.rpartition(".")[2] for fact in facts}

    assert [
        fact for fact, owner in owners.items() if not fact.wire_name.startswith(f"{owner}.")
    ] == []


def test_the_all_in_one_process_may_declare_everything(broker):
    topology.declare(_url(broker, ALL_IN_ONE), SERVICES, SUBSCRIPTIONS)


@pytest.mark.parametrize(("service", "pool"), [("promotions", "saga"), ("catalog", "jobs")])
def test_a_worker_runs_with_the_rights_of_its_service(
    broker: EvaluationBroker, service_database: Any, tmp_path: Path, service: str, pool: str
):
    port = free_port()
    environ = service_database(service) | {
        "ARGOSY_BROKER_URL": _url(broker, service),
        "ARGOSY_WORKER_PORT": f"{port}",
        "PYTHONPATH": str(ROOT),
    }
    command = (sys.executable, "-m", "libs.runtime", "worker")
    words = ("--services", service, "--pool", pool)
    worker = ManagedProcess(
        Program(service, (*command, *words), environ, tmp_path, tmp_path / f"{service}.log")
    )

    worker.start()
    try:
        await_ready([worker], lambda: is_ready(port), 40)
    finally:
        worker.stop()

    assert "ACCESS_REFUSED" not in worker.log.read_text("utf-8")
