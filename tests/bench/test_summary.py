"""The benchmark's own arithmetic."""

import pytest

from bench.meter import Sample
from bench.summary import Goal, goals, growth, percentile, ratios


def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed():
    values = [float(value) for value in range(100, 0, -1)]

    found = [percentile(values, share) for share in (0.5, 0.99, 1.0)]

    assert found == [50.0, 99.0, 100.0]


def test_the_percentile_of_one_value_is_that_value():
    assert percentile([7.0], 0.99) == 7.0


def test_there_is_no_percentile_of_nothing():
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_ratios_compare_within_a_round_only():
    rounds = [{"ours": 10.0, "base": 20.0}, {"ours": 300.0, "base": 100.0}]

    assert ratios(rounds, "ours", "base") == [0.5, 3.0]


@pytest.mark.parametrize(
    ("at_least", "measured", "met"),
    [(True, 0.7, True), (True, 0.69, False), (False, 25.0, True), (False, 25.1, False)],
)
def test_a_goal_is_met_on_its_bound_and_on_the_better_side(at_least, measured, met):
    bound = 0.7 if at_least else 25.0

    assert Goal("a goal", bound, measured, at_least=at_least).met is met


def test_goals_are_medians_of_the_ratios_of_each_round():
    slow = {"L1": _sample(rate=100), "saga": _sample(rate=50), "http": _sample(rate=40, cpu=30)}
    fast = {"L1": _sample(rate=200), "saga": _sample(rate=180), "http": _sample(rate=80, cpu=20)}
    idle = [{"L1": 0.01, "http": 0.02}, {"L1": 0.02, "http": 0.06}]

    found = {goal.name: goal.measured for goal in goals([slow, fast], idle)}

    assert found == {
        "saga fed directly / L1, orders/s": pytest.approx(0.7),
        "HTTP / L1, orders/s": pytest.approx(0.4),
        "HTTP, CPU ms per order": pytest.approx(25.0),
        "HTTP / L1, idle latency": pytest.approx(2.5),
    }


def test_growth_leaves_out_what_the_machine_did_to_the_base():
    first = [{"L1": _sample(cpu=5), "http": _sample(cpu=20)}]
    later = [{"L1": _sample(cpu=10), "http": _sample(cpu=44)}]

    assert growth(first, later, "http", "L1") == pytest.approx(1.1)


def _sample(*, rate: float = 1, cpu: float = 1) -> Sample:
    return Sample(
        orders=1,
        seconds=1 / rate,
        latencies=[0.1],
        cpu={"worker": cpu / 2, "postgres": cpu / 2},
        messages=10,
        commits=10,
        foreign=0,
    )
