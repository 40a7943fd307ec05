"""A process dies at each moment of a message's way, at each step: the order ends as ever, once.

The moments are those of a command at its participant and of the answer at the leader (before the
work, after it, after the commit, after the publish), and those of a slow call outside.
"""

from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest
import urllib3

from tests.chaos.load import patiently
from tests.end_to_end.conftest import assert_books_agree
from tests.end_to_end.shop import Caller, Cart, Order, Shop, await_that, open_shop

pytestmark = [pytest.mark.cluster, pytest.mark.chaos, pytest.mark.timeout(90)]
SKU, COUPON = "CRASH", "CRASH-10"
_PROVIDER = {
    "ARGOSY_PAYMENTS_CONNECT_SECONDS": "0.5",
    "ARGOSY_PAYMENTS_READ_SECONDS": "1",
    "ARGOSY_PAYMENTS_LEASE_SECONDS": "3",
    "ARGOSY_PAYMENTS_MISSING_SECONDS": "2",
}
_FORWARD = (
    "reserve_stock.do",
    "redeem_promotions.do",
    "authorize_payment.do",
    "capture_payment.do",
    "commit_stock.do",
    "close_cart.do",
)
_BACKWARD = ("reserve_stock.undo", "redeem_promotions.undo")
_VOID = "authorize_payment.undo"
_OUTSIDE = ("authorize_payment.do", "capture_payment.do")
_MESSAGE = tuple(
    f"{kind}.{moment}"
    for kind in ("command", "reply")
    for moment in ("before", "after", "committed", "published")
)
_CALL = ("call.before", "call.after", "outcome.after", "outcome.committed", "outcome.published")
_WEB = ("order.committed", "relay.before", "relay.published")


def _moments(names: tuple[str, ...], steps: tuple[str, ...]) -> list[str]:
    return [f"{name} {step}" for step in steps for name in names]


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that names the moment at which a process is to die."""
    return tmp_path_factory.mktemp("failpoints") / "moment"


@pytest.fixture(scope="module")
def shop(switch: Path) -> Iterator[Shop]:
    """A shop whose processes look at the switch."""
    with open_shop({**_PROVIDER, "ARGOSY_FAILPOINTS": str(switch)}) as opened:
        opened.sell({SKU: 10_000})
        opened.offer(COUPON, uses=10_000)
        yield opened


@pytest.fixture(autouse=True)
def disarmed(switch: Path) -> Iterator[None]:
    """Whatever a test did, the next one starts without a moment to die at."""
    yield
    switch.unlink(missing_ok=True)


def _place(buyer: Caller, card: str = "tok_ok") -> tuple[Cart, str]:
    cart = buyer.make_cart({SKU: 1}, [COUPON])
    return cart, buyer.place(cart, card, wait=0).expect(202)["id"]


def _revive_worker(shop: Shop, switch: Path, *, ask_again: bool = False) -> None:
    """Wait for the worker's death and start it again."""
    worker = shop.cluster.process("worker")
    await_that("the moment to die at", lambda: not switch.exists(), 20)
    await_that("the worker's death", lambda: not worker.running, 10)
    if ask_again:
        _let_timeouts_pass(shop)
    shop.cluster.restart(worker, wait=False)


def _let_timeouts_pass(shop: Shop) -> None:
    """As if every saga had waited long enough for its answers."""
    url = shop.cluster.installation.servers.databases["orders"]
    with closing(psycopg2.connect(url)) as orders, orders, orders.cursor() as cursor:
        cursor.execute(
            "UPDATE saga SET due_at = now(), state = jsonb_set(state, '{steps}', ("
            " SELECT jsonb_object_agg(key, CASE WHEN value ? 'due_at' THEN"
            " jsonb_set(value, '{due_at}', to_jsonb(now())) ELSE value END)"
            " FROM jsonb_each(state->'steps'))) WHERE ended_at IS NULL"
        )


@pytest.mark.parametrize("moment", _moments(_MESSAGE, _FORWARD) + _moments(_CALL, _OUTSIDE))
def test_order_is_confirmed_once_though_the_worker_died(shop: Shop, switch: Path, moment: str):
    buyer = shop.guest()
    switch.write_text(moment)

    cart, order_id = _place(buyer)
    _revive_worker(shop, switch, ask_again=moment.startswith("outcome.committed"))

    assert buyer.await_end(order_id, cart).status == "processing"
    assert_books_agree(shop)


@pytest.mark.parametrize("moment", _moments(_MESSAGE, _BACKWARD))
def test_declined_order_gives_back_once_though_the_worker_died(
    shop: Shop, switch: Path, moment: str
):
    buyer = shop.guest()
    switch.write_text(moment)

    cart, order_id = _place(buyer, "tok_declined")
    _revive_worker(shop, switch)

    assert buyer.await_end(order_id, cart).reason == "payments.declined"
    assert_books_agree(shop)


@pytest.mark.parametrize("moment", _moments((*_MESSAGE, *_CALL), (_VOID,)))
def test_payment_is_let_go_of_though_the_worker_died(shop: Shop, switch: Path, moment: str):
    buyer = shop.guest()
    cart, order_id = _place(buyer, "tok_requires_action")
    buyer.await_order(order_id, cart, lambda order: bool(order.body["next_action"]))
    switch.write_text(moment)

    buyer.post(f"/orders/{order_id}/cancel", X_Cart_Token=cart.token).expect(202)
    _revive_worker(shop, switch, ask_again=moment.startswith("outcome.committed"))

    assert buyer.await_end(order_id, cart).reason == "orders.cancelled_by_customer"
    assert_books_agree(shop)


@pytest.mark.parametrize("moment", _WEB)
def test_repeated_request_finds_its_order_though_the_web_process_died(
    shop: Shop, switch: Path, moment: str
):
    buyer, key = shop.guest(), str(uuid4())
    cart = buyer.make_cart({SKU: 1}, [COUPON])
    switch.write_text(moment)

    first = partial(buyer.place, cart, key=key, wait=0)
    with suppress(urllib3.exceptions.HTTPError):
        first()
    await_that("the moment to die at", lambda: not switch.exists(), 20)
    _restart_web(shop)
    again = Order(patiently(first).expect(202))

    assert buyer.await_end(again.id, cart).status == "processing"
    assert [one["id"] for one in _orders_of(buyer, cart)] == [again.id]
    assert_books_agree(shop)


def _orders_of(buyer: Caller, cart: Cart) -> list[dict[str, str]]:
    found: list[dict[str, str]] = buyer.get("/orders", X_Cart_Token=cart.token).expect(200)["data"]
    return found


def _restart_web(shop: Shop) -> None:
    web = shop.cluster.process("web")
    shop.cluster.kill(web)
    shop.cluster.restart(web)
