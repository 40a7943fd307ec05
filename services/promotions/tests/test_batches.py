"""Batches: as many codes as asked for, each once, told to carts, whatever happens on the way."""

import csv
import secrets
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from libs import clock
from libs.contracts.promotions import CouponsChanged, IssueCoupons
from libs.db.transaction import reading, transaction
from libs.ids import from_text
from libs.testing.crowd import at_once
from services.promotions import tasks
from services.promotions.commands import batches
from services.promotions.commands.batches import COUPONS_PER_TURN
from services.promotions.rules.codes import ALPHABET, RANDOM_LETTERS
from services.promotions.tests.desk import (
    Desk,
    announced_coupons,
    miscounted,
    redeem,
    told,
)


class Batch:
    """A batch over HTTP."""

    def __init__(self, desk: Desk, quantity: int, **values: Any) -> None:
        self.desk = desk
        self.path = f"/{desk.promotion()}/batches"
        made = desk.call("POST", self.path, {"quantity": quantity} | values)
        assert made.status_code == 202, made.json
        self.id = made.json["id"]
        self.uuid = from_text("cpb", self.id)

    def shown(self) -> Any:
        """What is told of it."""
        return self.desk.call("GET", f"{self.path}/{self.id}").json

    def work(self) -> None:
        """The job comes to it."""
        tasks.issue_coupons(IssueCoupons(batch_id=self.uuid))

    def turn(self) -> int:
        """One turn of the job."""
        with transaction() as session:
            return batches.issue_coupons(session, self.uuid)

    def export(self) -> list[dict[str, str]]:
        """The rows of its file."""
        answer = self.desk.call("GET", f"{self.path}/{self.id}/codes")
        assert answer.status_code == 200, answer.json
        return list(csv.DictReader(answer.text.splitlines()))


def jobs() -> int:
    """How many jobs wait to be sent."""
    with reading() as session:
        return int(
            session.scalar(
                text("SELECT count(*) FROM outbox WHERE type = :type"),
                {"type": IssueCoupons.wire_name},
            )
            or 0
        )


def test_a_batch_has_as_many_codes_as_asked_for(desk):
    batch = Batch(desk, 2 * COUPONS_PER_TURN + 1, prefix="XMAS-")
    before = batch.shown()

    batch.work()

    after = batch.shown()
    codes = {row["code"] for row in batch.export()}
    assert (before["issued"], before["finished_at"], jobs()) == (0, None, 1)
    assert after["issued"] == len(codes) == 2 * COUPONS_PER_TURN + 1
    assert after["finished_at"] is not None
    assert all(code.startswith("XMAS-") for code in codes)


def test_codes_are_of_random_letters_that_cannot_be_mistaken(desk):
    batch = Batch(desk, 200)
    batch.work()

    codes = [row["code"] for row in batch.export()]

    assert {len(code) for code in codes} == {RANDOM_LETTERS}
    assert set("".join(codes)) <= set(ALPHABET)
    assert len({code[:6] for code in codes}) == len(codes)


def test_every_code_is_announced_once_in_messages_of_bounded_size(desk):
    batch = Batch(desk, COUPONS_PER_TURN + 10)

    batch.work()

    coupons = announced_coupons()
    assert sorted(each.code for each in coupons) == [row["code"] for row in batch.export()]
    assert {(each.version, each.usable) for each in coupons} == {(1, True)}
    assert [len(fact.coupons) for fact in told(CouponsChanged)] == [COUPONS_PER_TURN, 10]


def test_a_turn_that_fails_leaves_neither_codes_nor_words_of_them(desk):
    batch = Batch(desk, 10)

    def killed_turn() -> None:
        with transaction() as session:
            batches.issue_coupons(session, batch.uuid)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        killed_turn()

    assert batch.shown()["issued"] == 0
    assert announced_coupons() == []


def test_a_batch_whose_worker_died_is_called_for_again(desk):
    batch = Batch(desk, COUPONS_PER_TURN + 5)
    batch.turn()
    called_early = _resume()
    with transaction() as session:
        session.execute(
            text("UPDATE coupon_batch SET due_at = :past"),
            {"past": clock.now() - timedelta(seconds=1)},
        )

    called = _resume()
    batch.work()

    assert (called_early, called, _resume()) == (0, 1, 0)
    assert batch.shown()["issued"] == COUPONS_PER_TURN + 5


def test_workers_that_come_at_once_make_no_code_too_many(app, desk):
    batch = Batch(desk, 3 * COUPONS_PER_TURN)

    faults = [each for each in at_once(app, [partial(batch.work)] * 8) if each is not None]
    batch.work()

    assert faults == []
    assert len(batch.export()) == batch.shown()["issued"] == 3 * COUPONS_PER_TURN


def test_a_code_that_exists_by_chance_is_made_up_for(desk, monkeypatch):
    once, twice, thrice = (letter * RANDOM_LETTERS for letter in "ABC")
    desk.coupon(once)
    drawn = iter(once + twice + thrice)
    monkeypatch.setattr(secrets, "choice", lambda _letters: next(drawn))
    batch = Batch(desk, 2)

    batch.work()

    assert [row["code"] for row in batch.export()] == [twice, thrice]


def test_each_code_of_a_batch_can_be_used_once_unless_said_otherwise(desk):
    batch = Batch(desk, 1)
    batch.work()
    [row] = batch.export()

    redeem(row["code"])

    assert (row["used"], batch.export()[0]["used"]) == ("0", "1")
    assert row["usage_limit"] == "1"
    assert miscounted() == []


def test_a_batch_is_exported_once_it_is_whole(desk):
    batch = Batch(desk, COUPONS_PER_TURN + 1)
    batch.turn()

    refused = desk.call("GET", f"{batch.path}/{batch.id}/codes")

    assert (refused.status_code, refused.json["code"]) == (409, "promotions.batch_unfinished")


def test_the_same_request_makes_one_batch(desk):
    path = f"/{desk.promotion()}/batches"

    answers = [
        desk.call("POST", path, {"quantity": 5}, Idempotency_Key="a-batch") for _ in range(2)
    ]

    assert len({answer.json["id"] for answer in answers}) == 1
    assert len(desk.call("GET", path).json["data"]) == 1


@pytest.mark.parametrize(
    "wrong", [{"quantity": 0}, {"quantity": 100_001}, {"prefix": "=1+"}, {"prefix": "-A"}]
)
def test_a_batch_of_bad_measure_is_refused(desk, wrong):
    refused = desk.call("POST", f"/{desk.promotion()}/batches", {"quantity": 1} | wrong)

    assert refused.status_code == 422


def test_a_promotion_for_everybody_needs_no_batch(desk):
    path = f"/{desk.promotion(automatic=True)}/batches"

    assert desk.call("POST", path, {"quantity": 1}).json["code"] == "promotions.automatic_promotion"


def test_a_batch_belongs_to_its_promotion(desk):
    batch = Batch(desk, 1)

    elsewhere = desk.call("GET", f"/{desk.promotion()}/batches/{batch.id}")

    assert (elsewhere.status_code, elsewhere.json["code"]) == (404, "promotions.batch_not_found")


def _resume() -> int:
    with transaction() as session:
        return batches.resume_batches(session)
