"""What holds whatever customers and facts do at once."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from flask import Flask

from libs.contracts.wishlists import AlertTriggered
from libs.db.transaction import transaction
from libs.ids import uuid7
from libs.testing.crowd import at_once
from services.wishlists import tasks
from services.wishlists.commands import alerts
from services.wishlists.tests.conftest import ITEMS, LISTS
from services.wishlists.tests.shop import Shop, Wisher, announce, announced, tell, wish

CROWD = 12


def race(app: Flask, works: Sequence[Callable[[], object]]) -> list[Any]:
    """What each work returned; the comparisons of a test tell a raised error."""
    return list(at_once(app, works))


def another_product(shop: Shop) -> UUID:
    product = uuid7()
    shop.sells(product_id=product, variants=())
    return product


def test_facts_at_once_trigger_one_alert(app, ada, shop):
    shop.sells()
    ada.waits_for_stock(ada.wishes(product=shop.product))
    levels = [shop.level((shop.red, shop.blue)[number % 2], 5) for number in range(CROWD)]

    outcomes = race(app, [partial(tell, level) for level in levels] + [announce] * CROWD)

    assert set(outcomes) == {None}
    assert len(announced()) == 1


def test_an_alert_set_while_stock_arrives_is_refused_or_told(app, ada, shop):
    shop.sells()
    items = [ada.wishes(variant=shop.red), ada.wishes(ada.makes_list("B"), product=shop.product)]

    for number in range(CROWD):
        shop.stocks(shop.red, 0)
        told = len(announced())
        arrives = partial(tell, shop.level(shop.red, 1 + number))
        sets = [partial(ada.waits_for_stock, item) for item in items]

        *answers, _ = race(app, [*sets, arrives])

        armed = [answer for answer in answers if answer.status_code == 201]
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert len(announced()) == told + len(armed)


def test_an_alert_set_while_the_price_falls_is_refused_or_told(app, ada, shop):
    shop.sells(1000)
    item = ada.wishes(variant=shop.red)

    for _ in range(CROWD):
        shop.sells(1000)
        told = len(announced())

        answer, _ = race(app, [partial(ada.waits_for_price, item, 800), partial(shop.sells, 700)])

        assert answer.status_code in (201, 409)
        assert len(announced()) == told + (answer.status_code == 201)


def test_a_product_that_returns_while_its_stock_arrives_is_told(app, ada, shop):
    shop.sells()
    item = ada.wishes(product=shop.product)

    for number in range(CROWD):
        shop.stocks(shop.red, 0)
        shop.sells(active=False)
        armed = ada.waits_for_stock(item)

        outcomes = race(app, [shop.sells, partial(tell, shop.level(shop.red, 1 + number))])

        assert (armed.status_code, outcomes) == (201, [None, None])
        assert len(announced()) == number + 1


def test_announcers_at_once_announce_each_alert_once(app, client, issuer, shop):
    shop.sells()
    for _ in range(CROWD):
        wisher = Wisher(client, issuer)
        wisher.waits_for_stock(wisher.wishes(variant=shop.red))
    shop.stocks(shop.red, 5)

    def some() -> list[AlertTriggered]:
        with transaction() as session:
            return alerts.announce_due(session, 2)

    batches = race(app, [some] * CROWD)

    ids = [fact.alert_id for batch in batches for fact in batch]
    assert len(ids) == len(set(ids)) == CROWD


def test_a_customer_in_many_windows_stays_within_the_limits(app, ada, shop):
    shop.sells()
    path = ada.makes_list("First")
    others = [another_product(shop) for _ in range(CROWD)]
    lists = [partial(ada.call, "POST", "", {"name": f"List {n}"}) for n in range(CROWD)]
    items = [partial(ada.call, "POST", f"{path}/items", wish(product=p)) for p in others]

    answers = race(app, lists + items)

    codes = [answer.status_code for answer in answers]
    assert (codes[:CROWD].count(201), codes[CROWD:].count(201)) == (LISTS - 1, ITEMS)
    assert ada.call("GET", path).json["item_count"] == ITEMS


def test_one_name_and_one_article_have_one_winner(app, ada, shop):
    shop.sells()
    path = ada.makes_list()
    names = [partial(ada.call, "POST", "", {"name": "Same"})] * CROWD
    wishes = [partial(ada.call, "POST", f"{path}/items", wish(variant=shop.red))] * CROWD

    answers = race(app, names + wishes)

    codes = [answer.status_code for answer in answers]
    assert (codes[:CROWD].count(201), codes[CROWD:].count(201)) == (1, 1)
    assert set(codes) == {201, 409}


def test_every_worker_may_run_the_periodic_task(app, ada, shop):
    shop.sells()
    ada.waits_for_stock(ada.wishes(variant=shop.red))
    shop.stocks(shop.red, 5)

    def run() -> int:
        with transaction() as session:
            return tasks.announce_alerts(session)

    assert race(app, [run] * CROWD) == [0] * CROWD
    assert len(announced()) == 1
