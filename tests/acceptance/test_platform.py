"""What stands below all services: bus, databases, caches, addresses, contracts."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import psycopg2
import pytest
from kombu import Connection

from libs.errors import DomainError, NotFound
from libs.http.client import ServiceClient
from libs.http.service_keys import ServiceKey
from libs.messaging import topology
from libs.runtime import registry
from tests.acceptance.bus import listening
from tests.acceptance.conftest import ORIGIN
from tests.contracts.samples import golden_file, message_types
from tests.end_to_end.shop import Shop, await_that
from tools.clients.__main__ import write
from tools.clients.api import operations

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"


@pytest.fixture(scope="module")
def document(shop: Shop) -> dict[str, Any]:
    """The merged OpenAPI document of the running shop."""
    found: dict[str, Any] = shop.guest().at("GET", "/openapi.json").expect(200)
    return found


def test_row_087_changes_of_products_are_announced(shop):
    with listening(shop.cluster, "catalog.product_changed.v1") as heard:
        variant = {"sku": f"NEWS-{uuid4().hex[:8]}", "options": {}}
        prices = {"prices": [{"amount": 100, "currency": "EUR"}]}
        draft = {"name": "News", "description": "", "variants": [variant | prices]}
        made = shop.admin.post("/products", draft).expect(201)
        path, current = f"/products/{made['id']}", f'"{made["version"]}"'
        changed = shop.admin.call("PATCH", path, {"name": "Old"}, If_Match=current).expect(200)
        shop.admin.call("DELETE", path, If_Match=f'"{changed["version"]}"').expect(204)

        def told() -> list[dict[str, Any]]:
            return [fact for fact in heard() if fact["name"] in ("News", "Old")]

        await_that("the three facts", lambda: len(told()) == 3)

    facts = sorted(told(), key=lambda fact: int(fact["version"]))
    assert [(fact["name"], fact["active"]) for fact in facts] == [
        ("News", True),
        ("Old", True),
        ("Old", False),
    ]


def test_row_088_commands_and_events_of_every_service_travel_by_the_broker(shop):
    with Connection(shop.cluster.rabbit.url, connect_timeout=5) as connection:
        channel = connection.channel()
        consumers = {
            name: channel.queue_declare(topology.commands(name), passive=True).consumer_count
            for name in registry.discover()
        }

    assert len(consumers) == 14
    assert [name for name, count in consumers.items() if not count] == []


def test_row_089_asynchronous_work_is_celery_tasks(shop):
    """A fact on the bus is a message of Celery's protocol, whose task is named as on the wire."""
    sku = f"TASK-{uuid4().hex[:8]}"
    with listening(shop.cluster, "inventory.stock_changed.v1") as heard:
        shop.sell({sku: 1})
        await_that("the fact", lambda: bool(heard()))

    assert {fact["task"] for fact in heard.headers} == {"inventory.stock_changed.v1"}
    assert {process.kind for process in shop.cluster.processes()} >= {"worker", "jobs"}


def test_row_090_each_service_has_a_command_and_a_query_side(shop):
    sides = {
        name: {side for side in ("commands", "queries") if any((SERVICES / name).glob(f"{side}*"))}
        for name in registry.discover()
    }

    read = shop.guest().at("GET", "/api/v1/products/queries/")
    written = shop.guest().at("POST", "/api/v1/products/commands/", {"name": "x"})

    assert [name for name, found in sides.items() if len(found) < 2] == []
    assert (read.status, written.status) == (200, 401)


def _tables(url: str) -> set[str]:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = {str(name) for (name,) in cursor.fetchall()}
    connection.close()
    return found


def test_row_091_each_service_has_its_own_database(shop):
    databases = shop.cluster.installation.servers.databases

    assert set(databases) == set(registry.discover())
    assert len(set(databases.values())) == len(databases)
    assert "orders" in _tables(databases["orders"])
    assert "orders" not in _tables(databases["payments"])


def test_row_092_the_databases_are_postgresql_15_or_newer(shop):
    connection = psycopg2.connect(shop.cluster.installation.servers.databases["orders"])

    version = connection.server_version
    connection.close()

    assert version >= 150000


def test_row_093_reads_are_remembered_and_forgotten_when_something_changes(shop):
    slug = f"cached-{uuid4().hex[:8]}"
    shop.admin.post("/categories", {"name": "Cached", "slug": slug}).expect(201)
    draft = {"name": slug, "description": "", "variants": []}
    variant = {"sku": slug.upper(), "options": {}, "prices": [{"amount": 1, "currency": "EUR"}]}
    made = shop.admin.post("/products", draft | {"variants": [variant]}).expect(201)
    path = f"/products/{made['id']}"

    first = shop.guest().get(path)
    again = shop.guest().get(path, If_None_Match=first.headers["ETag"])
    change = {"description": "new"}
    shop.admin.call("PATCH", path, change, If_Match=f'"{made["version"]}"').expect(200)
    after = shop.guest().get(path, If_None_Match=first.headers["ETag"])

    assert (again.status, again.body) == (304, None)
    assert after.expect(200)["description"] == "new"


def _asking(shop: Shop, caller: str) -> ServiceClient:
    keys = shop.cluster.installation.keys
    key = ServiceKey.load(caller, keys.service("orders"))
    return ServiceClient(shop.cluster.url_of("carts"), callee="carts", key=key)


def _wish() -> dict[str, str]:
    """What orders asks carts for."""
    return {"order_id": str(uuid4()), "request_key": "acceptance", "cart_token": "x" * 43}


def test_row_094_a_service_asks_another_by_a_typed_call_with_a_deadline(shop):
    with pytest.raises(NotFound) as refused:
        _asking(shop, "orders").post(f"/internal/carts/{uuid4()}/freeze", _wish(), dict)

    assert refused.value.code == "carts.cart_not_found"


def test_row_095_messages_have_typed_contracts_that_are_kept():
    kinds = message_types()

    assert len(kinds) > 30
    assert [kind.wire_name for kind in kinds if not golden_file(kind).is_file()] == []
    schemas = [msgspec.json.schema(kind) for kind in kinds]
    assert all(schema["$defs"] for schema in schemas)


def test_row_096_services_are_found_by_addresses_in_the_environment(shop):
    environ = shop.cluster.installation.environ()
    deployed = (ROOT / "charts/orders/facts.yaml").read_text("utf-8")

    assert environ["ARGOSY_ORDERS_CARTS_URL"]
    assert "ARGOSY_ORDERS_CARTS_URL" in deployed


def test_row_097_all_services_stand_on_one_shared_library():
    lacking = {
        name
        for name in registry.discover()
        if not all(
            any(f"from libs.{part}" in file.read_text("utf-8") for file in _code(name))
            for part in ("http", "db", "messaging")
        )
    }
    pinned = (ROOT / "requirements.txt").read_text("utf-8").split("\n\n")[0].splitlines()
    names = [line for line in pinned if line and not line.startswith((" ", "#"))]

    assert lacking == set()
    assert [line for line in names if "==" not in line] == []


def _code(service: str) -> list[Path]:
    return [path for path in (SERVICES / service).rglob("*.py") if "tests" not in path.parts]


def test_row_098_pages_money_and_addresses_look_alike_everywhere(document):
    schemas = document["components"]["schemas"]
    pages = [schema for name, schema in schemas.items() if name.endswith("Page")]
    money = {
        json.dumps(member["properties"], sort_keys=True)
        for schema in schemas.values()
        for member in schema.get("properties", {}).values()
        if set(member.get("properties", ())) == {"amount", "currency", "decimal"}
    }
    addresses = [set(schemas[name]["properties"]) for name in ("CartAddress", "ShippingAddress")]

    assert len(pages) > 10
    assert all(set(schema["required"]) == {"data", "page"} for schema in pages)
    assert len(money) == 1
    assert addresses[0] == addresses[1]


def test_row_099_each_service_is_deployed_by_itself():
    lacking = [
        f"{name}: {part}"
        for name in registry.discover()
        for part in (f"services/{name}/Dockerfile", f"charts/{name}/Chart.yaml")
        if not (ROOT / part).is_file() or not any((SERVICES / name / "migrations").glob("0*.py"))
    ]

    assert lacking == []


def test_row_100_imports_inside_a_service_go_one_way():
    script = Path(sys.executable).with_name("lint-imports")

    checked = subprocess.run(  # noqa: S603 - a fixed program, no shell
        [script, "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout
    assert "Inside a service imports go from the entry points down to the rules KEPT" in (
        checked.stdout
    )


def test_row_101_one_entry_leads_to_every_service(shop, document):
    index = shop.guest().at("GET", "/").expect(200)
    listed = [path for path, members in document["paths"].items() if _is_plain_list(path, members)]

    answers = [shop.guest().at("GET", path) for path in listed]

    assert set(index["services"]) == set(registry.discover())
    assert len(answers) > 10
    lost = [one.body for one in answers if one.status == 404 and "." not in one.code]
    assert lost == []
    assert {one.status for one in answers} <= {200, 401, 404, 422}


def _is_plain_list(path: str, members: dict[str, Any]) -> bool:
    return "get" in members and "{" not in path


def test_row_102_older_requests_are_rewritten_at_the_entry(shop):
    email = f"{uuid4().hex[:8]}@example.com"
    form = {"email": email, "password": "correct horse battery staple", "name": "Ada"}
    shop.guest().at("POST", "/api/accounts/register/", form).expect(201)
    tokens = shop.guest().at("POST", "/auth/login", form | {}).status

    login = {"email": email, "password": form["password"]}
    granted = shop.guest().at("POST", "/auth/login/", login).expect(200)
    asked = {"refresh_token": granted["refresh_token"]}
    refreshed = shop.guest().at("GET", "/auth/refresh", asked).expect(200)

    assert tokens == 422
    assert refreshed["access_token"]


def test_row_103_every_operation_is_versioned(document):
    assert [path for path in document["paths"] if not path.startswith("/api/v1/")] == []


def test_row_104_a_front_end_is_served_with_its_addresses_and_a_typed_client(
    shop, document, tmp_path
):
    asks = {"Origin": ORIGIN, "Access_Control_Request_Method": "GET"}

    allowed = shop.guest().at("OPTIONS", "/api/products/", **asks)
    write(tmp_path)

    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    client = (tmp_path / "typescript" / "client.ts").read_text("utf-8")
    assert client.count("\n  /** ") == len(list(operations(document)))


def test_row_109_services_prove_themselves_to_each_other(shop):
    path = f"/internal/carts/{uuid4()}/freeze"

    stranger = shop.admin.at("POST", path, _wish())

    assert stranger.status in (401, 403)
    with pytest.raises(DomainError) as refused:
        _asking(shop, "payments").post(path, _wish(), dict)
    assert refused.value.code == "invalid_token"
