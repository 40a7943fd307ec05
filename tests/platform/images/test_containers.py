"""What runs in an image: refused in one sentence, migrated, ready, ended without a loss."""

import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from typing import cast

import psycopg2
import pytest
import urllib3

from libs.testing.cluster import Cluster
from libs.testing.process import is_ready
from libs.testing.servers.private import free_port
from libs.testing.smtp_server import smtp_server
from tests.end_to_end.shop import ADDRESS, Order, Shop, await_that
from tests.platform.images.conftest import SERVICE, Place
from tests.platform.images.containers import (
    GRACE_SECONDS,
    Command,
    Container,
    ended,
    started,
)
from tools.images.build import ALL_IN_ONE
from tools.images.engine import Engine

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
_SKU = "THING"
# Until a process without work would be gone for sure.
_HEARD_SECONDS = 2.0
# Whoever waits for a lock does so for as long as the test holds it.
_PATIENT = {
    "ARGOSY_DATABASE_LOCK_TIMEOUT": "25000",
    "ARGOSY_DATABASE_STATEMENT_TIMEOUT": "30000",
}


class ShopInContainers:
    """A shop whose every process is a container of the one image."""

    def __init__(self, engine: Engine, image: str, place: Place, containers: ExitStack) -> None:
        self.engine, self.image, self.place = engine, image, place
        self.installation = place.installation
        self._containers = containers
        for role in ("migrate", "topology"):
            code, log = ended(engine, place.command(image, role))
            assert code == 0, log
        self.start(place.program(image, self.installation.simulator()))
        self.start_web(place.web_port)

    def url_for(self, path: str) -> str:
        """The full URL of a path."""
        return f"http://127.0.0.1:{self.place.web_port}{path}"

    def start(self, command: Command) -> Container:
        """One more container, which ends with the shop at the latest."""
        return self._containers.enter_context(started(self.engine, command))

    def start_web(self, port: int) -> Container:
        """A web container that is ready."""
        web = self.start(self.place.web(self.image, port, **_PATIENT))
        web.await_ready(port)
        return web

    def start_worker(self, pool: str = "saga", **extra: str) -> Container:
        """A worker container that consumes."""
        port = free_port()
        worker = self.start(self.place.worker(self.image, pool, port, **_PATIENT, **extra))
        worker.await_ready(port)
        return worker


@pytest.fixture(scope="module")
def containers(
    engine: Engine, images: Mapping[str, str], place: Place
) -> Iterator[ShopInContainers]:
    with ExitStack() as stack:
        yield ShopInContainers(engine, images[ALL_IN_ONE], place, stack)


@contextmanager
def _held(url: str, statement: str) -> Iterator[None]:
    """What the statement locks stays locked for the block."""
    with closing(psycopg2.connect(url, connect_timeout=5)) as connection:
        connection.cursor().execute(statement)
        yield


def _await_waiting(url: str) -> None:
    """Wait until somebody in the database waits for a lock."""
    waiting = (
        "SELECT FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with closing(psycopg2.connect(url, connect_timeout=5)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()

        def somebody_waits() -> bool:
            cursor.execute(waiting)
            return cursor.rowcount > 0

        await_that("a wait for the lock", somebody_waits, 20)


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("role", ["web", "worker", "migrate"])
def test_a_container_without_settings_names_every_missing_one_and_ends(engine, images, role):
    arguments = ("web", "--port", "8000") if role == "web" else (role,)

    code, log = ended(engine, Command(images[SERVICE], arguments))

    missing = ["ARGOSY_ORDERS_DATABASE_URL"]
    missing += ["ARGOSY_BROKER_URL"] if role != "migrate" else []
    missing += ["ARGOSY_ORDERS_CARTS_URL", "ARGOSY_ORDERS_SERVICE_KEY"] if role == "web" else []
    assert code == 1
    assert len(log.splitlines()) == 1
    assert [name for name in missing if name not in log] == []


def test_a_service_image_serves_nothing_but_its_service(engine, images):
    code, log = ended(engine, Command(images[SERVICE], ("check", "--services", "carts")))

    assert (code, log) == (1, "argosy check: there is no service 'carts', only orders\n")


def test_a_service_is_ready_once_its_image_has_migrated_its_database(engine, images, place):
    image, port = images[SERVICE], free_port()
    with started(engine, place.web(image, port)) as web:
        await_that("an open port", lambda: _is_open(port), 60)
        ready_before = is_ready(port)

        migration, log = ended(engine, place.command(image, "migrate"))
        web.await_ready(port)

        assert (ready_before, migration) == (False, 0), log


def test_a_request_in_flight_is_answered_before_its_container_ends(containers):
    carts = containers.installation.servers.databases["carts"]
    port = free_port()
    web = containers.start_web(port)
    buyers = f"http://127.0.0.1:{port}/api/v1/carts"
    with ThreadPoolExecutor(1) as threads:
        with _held(carts, "LOCK TABLE cart IN EXCLUSIVE MODE"):
            answer = threads.submit(_create_cart, buyers)
            _await_waiting(carts)

            web.signal("TERM")
            time.sleep(_HEARD_SECONDS)
            still_at_work = web.running and not answer.done()

        made = answer.result(GRACE_SECONDS)
        code = web.exit_code(GRACE_SECONDS)

    assert (still_at_work, made.status, code) == (True, 201, 0), web.log
    cart = made.json()
    kept = urllib3.request(
        "GET",
        containers.url_for(f"/api/v1/carts/{cart['id']}"),
        headers={"X-Cart-Token": cart["session_token"]},
        retries=False,
        timeout=10.0,
    )
    assert kept.status == 200


def test_a_message_in_flight_is_finished_and_its_saga_goes_on_elsewhere(containers):
    inventory = containers.installation.servers.databases["inventory"]
    worker = containers.start_worker()
    # A shop needs no more of a cluster than its addresses and its installation.
    shop = Shop(cast(Cluster, containers))
    shop.sell({_SKU: 5})
    buyer = shop.customer()
    cart = buyer.make_cart({_SKU: 2})
    with _held(inventory, "SELECT FROM stock_level FOR UPDATE"):
        order = Order(buyer.place(cart, wait=0).expect(202))
        _await_waiting(inventory)

        worker.signal("TERM")
        time.sleep(_HEARD_SECONDS)
        still_at_work = worker.running

    code = worker.exit_code(GRACE_SECONDS)
    reserved = shop.stock_of(_SKU)["reserved"]
    containers.start_worker()

    assert (still_at_work, code, reserved) == (True, 0, 2), worker.log
    assert buyer.await_end(order.id, cart).status == "processing"
    await_that("the delivery of the stock", lambda: shop.stock_of(_SKU)["on_hand"] == 3, 30)


def test_jobs_in_flight_are_finished_and_the_others_are_left_to_the_next_worker(containers):
    notifications = containers.installation.servers.databases["notifications"]
    shop = Shop(cast(Cluster, containers))
    with smtp_server() as post:
        containers.start_worker("saga")
        worker = containers.start_worker("jobs", ARGOSY_NOTIFICATIONS_SMTP_URL=post.url)
        with _held(notifications, "LOCK TABLE attempt IN EXCLUSIVE MODE"):
            for _ in range(4):  # A worker has two processes.
                shop.customer()
            _await_waiting(notifications)

            worker.signal("TERM")
            time.sleep(_HEARD_SECONDS)
            still_at_work = worker.running

        code, finished = worker.exit_code(GRACE_SECONDS), len(post.journal)
        containers.start_worker("jobs", ARGOSY_NOTIFICATIONS_SMTP_URL=post.url)
        await_that("the rest of the mail", lambda: len(post.journal) >= 4, 40)
        recipients = [mail.recipients for mail in post.journal]

    assert (still_at_work, code, finished > 0) == (True, 0, True), worker.log
    assert len(set(recipients)) == len(recipients)


def _create_cart(url: str) -> urllib3.BaseHTTPResponse:
    body = {"currency": "EUR", "shipping_address": ADDRESS}
    return urllib3.request("POST", url, json=body, retries=False, timeout=GRACE_SECONDS)
