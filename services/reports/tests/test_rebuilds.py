"""The projections made anew from the log are what they were."""

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from libs.contracts.inventory import StockLow
from libs.contracts.reports import RebuildReports
from libs.db.transaction import reading, transaction
from libs.ids import from_text, uuid7
from services.reports import tasks
from services.reports.commands import rebuilds
from services.reports.tests.shop import NOON, Desk, Shop, category, coupon, projections


@pytest.fixture
def history(shop: Shop) -> None:
    """Something of every kind."""
    mug = shop.lists("MUG", category=category("Kitchen"))
    order = shop.sells(mug, redemptions=(coupon("TEN", 100),))
    shop.takes_back(order)
    shop.sells(mug, currency="USD", customer_id=None)
    shop.moves(mug, (1, "adjustment", 10, NOON), (2, "sale", -1, NOON))
    low = StockLow(
        variant_id=mug.variant_id, sku="MUG", location="main", available=0, threshold=0, at=NOON
    )
    shop.tells(low)
    shop.names(mug, "Cup", category=category("Office"))


def requested(desk: Desk) -> Any:
    answer: Any = desk.client.post("/api/v1/reports/rebuilds", headers=desk.headers)
    assert answer.status_code == 202, answer.json
    return answer.json


def run(rebuild: Any) -> None:
    tasks.rebuild_reports(RebuildReports(rebuild_id=from_text("rbd", rebuild["id"])))


def chunk(rebuild: Any, limit: int) -> bool:
    with transaction() as session:
        return rebuilds.replay_chunk(session, from_text("rbd", rebuild["id"]), limit)


def change(sql: str) -> None:
    with transaction() as session:
        session.execute(text(sql))


def state(desk: Desk, rebuild: Any) -> str:
    path = f"/api/v1/reports/rebuilds/{rebuild['id']}"
    answer: Any = desk.client.get(path, headers=desk.headers)
    return str(answer.json["state"])


def test_a_rebuild_changes_nothing_that_was_right(history, desk: Desk) -> None:
    before = projections()

    for _ in range(2):
        run(requested(desk))

    assert projections() == before
    assert all(before.values())


def test_a_rebuild_repairs_what_was_wrong(history, desk: Desk) -> None:
    before = projections()
    change("UPDATE sale SET total_minor = 1")
    change("DELETE FROM refund_line")
    change("INSERT INTO coupon_use SELECT 1, order_id, 'FALSE', order_id, 1 FROM sale")
    broken = projections()

    run(requested(desk))

    assert broken != before
    assert projections() == before


def test_until_a_rebuild_is_done_the_old_figures_are_read(history, shop, desk: Desk) -> None:
    sales = desk.reads("/sales")
    rebuild = requested(desk)

    half = chunk(rebuild, 2)

    assert (half, desk.reads("/sales"), state(desk, rebuild)) == (True, sales, "running")
    run(rebuild)
    assert (desk.reads("/sales"), state(desk, rebuild)) == (sales, "done")


def test_what_is_heard_during_a_rebuild_is_in_both(history, shop: Shop, desk: Desk) -> None:
    rebuild = requested(desk)
    chunk(rebuild, 2)

    shop.sells(shop.lists("NEW"))
    during = projections()
    run(rebuild)

    assert projections() == during
    assert len(during["product"]) == 2


def test_a_rebuild_goes_on_where_a_killed_worker_stopped(history, desk: Desk) -> None:
    before = projections()
    rebuild = requested(desk)
    chunk(rebuild, 3)
    change("UPDATE rebuild SET due_at = now() - interval '1 second'")

    with transaction() as session:
        resumed = [rebuilds.resume_rebuilds(session) for _ in range(2)]
    run(rebuild)

    assert resumed == [1, 0]
    assert (projections(), state(desk, rebuild)) == (before, "done")


def test_whoever_asks_while_a_rebuild_runs_gets_that_one(history, desk: Desk) -> None:
    first = requested(desk)

    second = requested(desk)
    run(first)
    third = requested(desk)

    assert second["id"] == first["id"]
    assert third["id"] != first["id"]


def test_two_workers_at_one_rebuild_do_no_harm(app: Flask, history, desk: Desk) -> None:
    before = projections()
    rebuild = requested(desk)

    def work() -> None:
        with app.app_context():
            while state(desk, rebuild) == "running":
                chunk(rebuild, 1)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert projections() == before


def test_facts_told_while_rebuilds_come_and_go_are_never_lost(
    app: Flask, shop: Shop, desk: Desk
) -> None:
    mug = shop.lists("MUG")
    done = threading.Event()

    def rebuild_again_and_again() -> None:
        with app.app_context():
            while not done.is_set():
                run(requested(desk))

    worker = threading.Thread(target=rebuild_again_and_again)
    worker.start()
    for _ in range(40):
        shop.sells(mug)
    done.set()
    worker.join(30)

    [day] = desk.reads("/sales")
    assert (day["orders"], day["pieces"]) == (40, 40)


def test_old_generations_are_forgotten_bit_by_bit(history, desk: Desk) -> None:
    run(requested(desk))
    now = projections()

    with transaction() as session:
        removed = [rebuilds.forget_outdated(session, 1) for _ in range(6)]

    with reading() as session:
        generations = session.scalars(text("SELECT DISTINCT generation FROM sale")).all()
    assert removed[0] > 0
    assert removed[-1] == 0
    assert generations == [2]
    assert projections() == now


def test_an_unknown_rebuild_is_not_found(desk: Desk) -> None:
    path = f"/api/v1/reports/rebuilds/{'rbd_' + '0' * 26}"

    answer: Any = desk.client.get(path, headers=desk.headers)

    assert (answer.status_code, answer.json["code"]) == (404, "reports.rebuild_not_found")


def test_a_repeated_request_names_the_same_rebuild(desk: Desk) -> None:
    headers = desk.headers | {"Idempotency-Key": uuid7().hex}

    url = "/api/v1/reports/rebuilds"
    answers: list[Any] = [desk.client.post(url, headers=headers) for _ in range(2)]

    assert answers[0].json == answers[1].json
    assert answers[0].headers["Location"] == f"/api/v1/reports/rebuilds/{answers[0].json['id']}"
