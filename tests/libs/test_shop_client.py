"""A caller of the shop finds the service of a path by itself where no edge does it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from libs.testing.shop_client import Shop, ShopFailed


class _Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f'{{"path": "{self.path}"}}'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/carts/1", "/carts/api/v1/carts/1"),
        ("/shipping-methods", "/carts/api/v1/shipping-methods"),
        ("/products?limit=1", "/catalog/api/v1/products?limit=1"),
    ],
)
def test_a_path_is_asked_of_the_service_that_owns_it(address: str, path: str, asked: str) -> None:
    shop = Shop(f"{address}/{{service}}", lambda: None)

    assert shop.get(path) == {"path": asked}


def test_one_address_for_all_is_taken_as_it_is(address: str) -> None:
    shop = Shop(address, lambda: None)

    assert shop.get("/orders") == {"path": "/api/v1/orders"}


def test_a_path_of_nobody_is_refused(address: str) -> None:
    with pytest.raises(ShopFailed, match="no service has the path /api/v1/boats"):
        Shop(f"{address}/{{service}}", lambda: None).get("/boats")
