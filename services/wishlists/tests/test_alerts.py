"""Who is told what of an article, and once, whatever the order of facts."""

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from libs.contracts.subscriptions import SUBSCRIPTIONS
from libs.db.transaction import transaction
from services.wishlists import tasks
from services.wishlists.tests.shop import Wisher, announce, announced


def states(wisher: Wisher, item: str) -> list[tuple[str, str]]:
    return [(alert["kind"], alert["state"]) for alert in wisher.call("GET", item).json["alerts"]]


def test_stock_that_arrives_is_told_once(ada, shop):
    shop.sells()
    item = ada.wishes(variant=shop.red)
    armed = ada.waits_for_stock(item)

    shop.stocks(shop.red, 5)
    (fact,) = announced()
    shop.stocks(shop.red, 0)
    shop.stocks(shop.red, 5)

    assert (armed.status_code, armed.json["state"]) == (201, "armed")
    assert (fact.customer_id, fact.kind, fact.title) == (ada.user_id, "back_in_stock", "Mug, red")
    assert (fact.product_id, fact.variant_id, fact.price_minor) == (shop.product, shop.red, None)
    assert announced() == [fact]
    assert states(ada, item) == [("back_in_stock", "sent")]


def test_a_price_at_the_threshold_is_told_once_with_the_price(ada, shop):
    shop.sells(1000)
    item = ada.wishes(variant=shop.red)
    ada.waits_for_price(item, 800)

    shop.sells(801)
    before = announced()
    shop.sells(800)
    shop.sells(700)

    assert before == []
    assert [(fact.kind, fact.price_minor, fact.currency) for fact in announced()] == [
        ("price_drop", 800, "EUR")
    ]


def test_an_article_in_stock_need_not_be_waited_for(ada, shop):
    shop.sells()
    shop.stocks(shop.red, 1)
    item = ada.wishes(variant=shop.red)

    refused = ada.waits_for_stock(item)

    assert (refused.status_code, refused.json["code"]) == (409, "wishlists.in_stock")
    assert states(ada, item) == []


def test_a_price_that_is_reached_need_not_be_waited_for(ada, shop):
    shop.sells(1000)
    item = ada.wishes(variant=shop.red)

    refused = [ada.waits_for_price(item, 1000), ada.waits_for_price(item, 5, "USD")]

    assert [(answer.status_code, answer.json["code"]) for answer in refused] == [
        (409, "wishlists.price_reached"),
        (422, "wishlists.price_missing"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "price_drop"},
        {"kind": "back_in_stock", "threshold": {"amount": 1, "currency": "EUR"}},
        {"kind": "price_drop", "threshold": {"amount": 0, "currency": "EUR"}},
        {"kind": "sunrise"},
        {},
    ],
)
def test_an_alert_that_contradicts_itself_is_refused(ada, shop, body):
    shop.sells()
    item = ada.wishes(variant=shop.red)

    assert ada.call("POST", f"{item}/alert", body).status_code == 422


def test_any_variant_of_a_wished_product_will_do(ada, shop):
    shop.sells(1000)
    item = ada.wishes(product=shop.product)
    ada.waits_for_stock(item)
    ada.waits_for_price(item, 500)

    shop.stocks(shop.blue, 2)
    shop.sells(400)

    facts = announced()
    assert {(fact.kind, fact.variant_id, fact.title) for fact in facts} == {
        ("back_in_stock", None, "Mug"),
        ("price_drop", None, "Mug"),
    }


def test_another_variant_will_not_do_for_a_wished_one(ada, shop):
    shop.sells(1000)
    item = ada.wishes(variant=shop.blue)
    ada.waits_for_stock(item)
    ada.waits_for_price(item, 1500)

    shop.stocks(shop.red, 5)
    shop.sells(100)

    assert announced() == []


def test_an_older_level_that_comes_late_tells_nothing(ada, shop):
    shop.sells()
    item = ada.wishes(variant=shop.red)
    shop.stocks(shop.red, 0, version=9)
    ada.waits_for_stock(item)

    shop.stocks(shop.red, 7, version=8)
    shop.stocks(shop.red, 7, version=9)

    assert announced() == []
    assert states(ada, item) == [("back_in_stock", "armed")]


def test_an_older_price_that_comes_late_tells_nothing(ada, shop):
    shop.sells(1000, version=9)
    item = ada.wishes(variant=shop.red)
    ada.waits_for_price(item, 800)

    shop.sells(700, version=8)

    assert announced() == []


def test_a_repeated_fact_does_not_trigger_an_alert_set_after_it(ada, shop):
    shop.sells()
    item = ada.wishes(variant=shop.red)
    ada.waits_for_stock(item)
    shop.stocks(shop.red, 3, version=5)
    shop.stocks(shop.red, 0, version=6)
    (first,) = announced()
    ada.waits_for_stock(item)

    shop.stocks(shop.red, 3, version=5)

    assert announced() == [first]


def test_an_alert_that_was_told_can_be_set_again_and_is_another(ada, shop):
    shop.sells()
    item = ada.wishes(variant=shop.red)
    ada.waits_for_stock(item)
    shop.stocks(shop.red, 3)
    announce()
    shop.stocks(shop.red, 0)

    ada.waits_for_stock(item)
    shop.stocks(shop.red, 3)

    first, second = announced()
    assert first.alert_id != second.alert_id
    assert states(ada, item) == [("back_in_stock", "sent")]


def test_setting_an_alert_again_only_moves_its_threshold(ada, shop):
    shop.sells(1000)
    item = ada.wishes(variant=shop.red)
    ada.waits_for_price(item, 900)

    ada.waits_for_price(item, 500)
    shop.sells(600)
    none = announced()
    shop.sells(500)

    assert none == []
    assert len(announced()) == 1


def test_an_alert_that_was_given_up_tells_nothing(ada, shop):
    shop.sells()
    item = ada.wishes(variant=shop.red)
    ada.waits_for_stock(item)

    gone, missing = (ada.call("DELETE", f"{item}/alert/back_in_stock") for _ in range(2))
    shop.stocks(shop.red, 5)

    assert (gone.status_code, missing.json["code"]) == (204, "wishlists.alert_not_found")
    assert announced() == []


def test_an_item_that_was_taken_out_tells_nothing(ada, shop):
    shop.sells()
    item = ada.wishes(variant=shop.red)
    ada.waits_for_stock(item)

    assert ada.call("DELETE", item).status_code == 204
    shop.stocks(shop.red, 5)

    assert announced() == []


def test_stock_of_an_article_that_is_not_sold_is_told_when_it_is_sold_again(ada, shop):
    shop.sells()
    ada.waits_for_stock(ada.wishes(variant=shop.red))
    shop.sells(active=False)
    shop.stocks(shop.red, 5)
    hidden = announced()

    shop.sells()

    assert hidden == []
    assert len(announced()) == 1


def test_a_variant_that_arrives_with_stock_before_its_product_is_told_counts(ada, shop):
    late = shop.blue
    shop.sells(variants=())
    ada.waits_for_stock(ada.wishes(product=shop.product))
    shop.stocks(late, 5)

    shop.sells()

    assert len(announced()) == 1


def test_what_waits_to_be_announced_and_what_was_is_measured(ada, shop):
    shop.sells()
    ada.waits_for_stock(ada.wishes(variant=shop.red))
    shop.stocks(shop.red, 5)
    with transaction() as session:
        session.execute(text("UPDATE alert SET due_at = now() - interval '1 hour'"))
    labels = {"kind": "back_in_stock"}
    before = REGISTRY.get_sample_value("wishlists_alerts_total", labels) or 0

    waited = _measured()
    announce()

    assert waited == pytest.approx(3600, abs=60)
    assert _measured() == 0
    assert REGISTRY.get_sample_value("wishlists_alerts_total", labels) == before + 1


def _measured() -> float | None:
    with transaction() as session:
        tasks.measure_delay(session)
    return REGISTRY.get_sample_value("wishlists_oldest_due_seconds")


def test_every_fact_of_the_subscription_has_its_handler():
    kinds = {task.kind for task in tasks.tasks.facts.values()}

    assert kinds == set(SUBSCRIPTIONS["wishlists"])
