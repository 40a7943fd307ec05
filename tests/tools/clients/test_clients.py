"""The generated clients are whole programs, and the Python one is used against a running shop."""

import importlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from werkzeug.serving import make_server

from libs.http import local
from libs.runtime import registry
from libs.testing.service_fixtures import ServiceDatabase
from libs.testing.tokens import Issuer
from tests.contracts.whole_shop import whole_shop
from tools.clients.__main__ import write
from tools.clients.api import document, operations

ROOT = Path(__file__).parents[3]
_COMPILER = ROOT / "tools" / "clients" / "node_modules" / ".bin" / "tsc"
TSC = shutil.which("tsc") or (str(_COMPILER) if _COMPILER.exists() else None)


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both clients, freshly written."""
    folder = tmp_path_factory.mktemp("clients")
    write(folder)
    return folder


@pytest.fixture
def client(clients: Path) -> Iterator[ModuleType]:
    """The generated Python module of operations."""
    sys.path.insert(0, str(clients / "python"))
    try:
        yield importlib.import_module("argosy_client.client")
    finally:
        sys.path.remove(str(clients / "python"))
        for name in [name for name in sys.modules if name.startswith("argosy_client")]:
            del sys.modules[name]


@pytest.fixture
def url(service_database: ServiceDatabase, issuer: Issuer, tmp_path: Path) -> Iterator[str]:
    """Where a shop of all services answers."""
    server = make_server(
        "127.0.0.1", 0, whole_shop(service_database, issuer, tmp_path), threaded=True
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(5)
    server.server_close()
    for name in registry.discover():
        app = local.find(name)
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()


def test_every_operation_is_a_method_of_the_python_client(client):
    names = {one.name for one in operations(document())}

    assert names <= set(dir(client.Argosy))


def test_the_python_client_passes_the_strict_type_check(clients):
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "argosy_client"],
        cwd=clients / "python",
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout


def test_the_python_client_buys_and_is_refused_as_the_shop_says(client, url, issuer):
    shop = client.Argosy(client.Transport(url))
    admin = client.Argosy(client.Transport(url, headers=dict(issuer.admin())))
    problem = importlib.import_module("argosy_client.transport").Problem

    made = admin.create_product(
        {
            "name": "Tent",
            "description": "",
            "variants": [{"sku": "TENT-1", "prices": [{"amount": 1999, "currency": "EUR"}]}],
        }
    )
    listed = shop.list_products(limit=5, filter_price_gte=1000)
    cart = shop.create_cart({"currency": "EUR"})
    held = shop.get_cart(cart["id"], x_cart_token=cart["session_token"])

    assert [one["id"] for one in listed["data"]] == [made["id"]]
    assert held["id"] == cart["id"]
    with pytest.raises(problem) as refused:
        shop.get_product("no-such-product")
    assert (refused.value.status, refused.value.code) == (404, "catalog.product_not_found")


def test_the_typescript_client_has_a_method_for_every_operation(clients):
    text = (clients / "typescript" / "client.ts").read_text("utf-8")

    assert text.count("\n  /** ") == len(list(operations(document())))


@pytest.mark.skipif(TSC is None, reason="no TypeScript compiler; `make check-clients` fetches one")
def test_the_typescript_client_passes_the_strict_type_check(clients):
    checked = subprocess.run(  # noqa: S603 - the compiler that was found
        [str(TSC), "-p", str(clients / "typescript"), "--noEmit"],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout
