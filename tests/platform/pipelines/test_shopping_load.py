"""The load sees every failure that a shopper would see, and every order that went wrong."""

import threading
from collections.abc import Sequence

import pytest

from libs.testing.shopping_load.buyers import Buyer, Tally, keep_buying
from libs.testing.shopping_load.count import count
from libs.testing.shopping_load.outcome import Failure, Latency, Orders, Outcome, decode, encode
from libs.testing.synthetic_order import OWN
from tests.libs.http.live import served
from tests.platform.pipelines.shop_window import Window

GOOD = Orders(accepted=2, fulfilled=2, cancelled=0, undecided=0, lost=0, doubled=0)


def loaded(url: str, visits: int) -> Tally:
    """What a buyer saw in so many visits."""
    tally = Tally()
    buyer = Buyer(url, OWN, "tok_ok", tally)
    for _ in range(visits):
        buyer.buy()
    return tally


def outcome(orders: Orders = GOOD, failures: Sequence[Failure] = ()) -> Outcome:
    return Outcome(1.0, 6, list(failures), {"order": Latency(1, 2, 3)}, orders)


def test_a_visit_is_three_requests_and_an_order():
    with served(Window()) as url:
        tally = loaded(url, visits=2)

    assert {step: len(seconds) for step, seconds in tally.seconds.items()} == {
        "browse": 2,
        "fill the cart": 2,
        "order": 2,
    }
    assert len({order.id for order in tally.placed}) == 2
    assert not tally.failures


def test_a_failed_request_is_counted_and_not_sent_again():
    window = Window(frozenset({"restarts"}))
    with served(window) as url:
        tally = loaded(url, visits=3)

    assert dict(tally.failures) == {("browse", "503 away"): 1}
    assert window.asked["GET /api/v1/products"] == 3
    assert (len(tally.placed), tally.requests) == (2, 7)


def test_a_connection_that_is_refused_is_a_failed_request():
    tally = loaded("http://127.0.0.1:1", visits=1)

    [((step, reason), times)] = tally.failures.items()
    assert (step, times) == ("browse", 1)
    assert "NewConnectionError" in reason


def test_many_buyers_come_until_they_are_told_to_stop():
    stop, tally = threading.Event(), Tally()
    with served(Window()) as url:
        timer = threading.Timer(0.3, stop.set)
        timer.start()
        keep_buying([Buyer(url, OWN, "tok_ok", tally)] * 3, 0.01, stop)
        timer.join()

    assert len(tally.placed) > 3
    assert not tally.failures


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("", GOOD),
        ("forgets", Orders(2, 0, 0, 0, lost=2, doubled=0)),
        ("hangs", Orders(2, 0, 0, undecided=2, lost=0, doubled=0)),
        ("cancels", Orders(2, 0, cancelled=2, undecided=0, lost=0, doubled=0)),
        ("doubles", Orders(2, 2, 0, 0, 0, doubled=2)),
    ],
)
def test_every_accepted_order_is_asked_for_and_ordered_once_more(fault, expected):
    with served(Window(frozenset({fault}))) as url:
        placed = loaded(url, visits=2).placed

        assert count(url, placed, seconds=0) == expected


def test_a_shop_that_is_gone_has_decided_nothing():
    with served(Window()) as url:
        placed = loaded(url, visits=1).placed

    assert count(url, placed, seconds=0) == Orders(1, 0, 0, undecided=1, lost=0, doubled=0)


def test_an_outcome_without_a_fault_has_no_complaint():
    assert outcome().complaints == []


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        (outcome(failures=[Failure("browse", "503", 4)]), "4 times browse: 503"),
        (outcome(Orders(2, 1, 0, 0, lost=1, doubled=0)), "1 of 2 accepted orders are lost"),
        (outcome(Orders(2, 2, 0, 0, 0, doubled=1)), "1 of 2 accepted orders exist twice"),
        (outcome(Orders(2, 1, 0, 1, 0, 0)), "1 of 2 accepted orders were never decided"),
        (
            outcome(Orders(2, 1, 1, 0, 0, 0)),
            "1 of 2 accepted orders were cancelled, though paid for with a good card",
        ),
        (outcome(Orders(0, 0, 0, 0, 0, 0)), "nothing was ordered"),
    ],
)
def test_whatever_went_wrong_is_one_complaint(found, complaint):
    assert found.complaints == [complaint]


def test_an_outcome_is_found_behind_whatever_else_was_printed():
    printed = f"the load has begun\n{encode(outcome())}\ncounting\n"

    assert decode(printed) == outcome()


@pytest.mark.parametrize(
    ("printed", "last"), [("", "printed nothing"), ("one\nout of memory\n", "out of memory")]
)
def test_a_load_that_died_is_told_by_its_last_words(printed, last):
    with pytest.raises(ValueError, match=f"the load has no outcome: .*{last}"):
        decode(printed)


def test_percentiles_are_measured_requests_not_estimates():
    latency = Latency.of([seconds / 1000 for seconds in range(1, 201)])

    assert latency == Latency(p50=100.0, p99=198.0, longest=200.0)
    assert Latency.of([0.5]) == Latency(500.0, 500.0, 500.0)
