"""Baskets, counts and ranks, without a database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.recommendations.rules.baskets import Counts, absorb, visit, week_of
from services.recommendations.rules.mock import mock_lists
from services.recommendations.rules.places import POPULAR, near_product
from services.recommendations.rules.ranking import Known, Near, Scored, best, personal, related

MUG, TEA, BAG, LAMP = (UUID(int=number) for number in range(1, 5))
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def test_the_greatest_weight_of_a_product_counts():
    assert absorb({MUG: 3}, [(MUG, 1), (TEA, 1), (TEA, 5)], limit=9) == {MUG: 3, TEA: 5}


def test_a_full_basket_takes_no_further_product_but_keeps_up_with_those_it_has():
    assert absorb({MUG: 1}, [(TEA, 1), (BAG, 1), (MUG, 5)], limit=2) == {MUG: 5, TEA: 1}


def test_a_pair_counts_in_both_directions_as_much_as_its_lesser_part():
    counts = Counts()

    counts.change({}, {MUG: 5, TEA: 1}, week=7)

    assert counts.products == {(MUG, 7): 5, (TEA, 7): 1}
    assert counts.pairs == {(MUG, TEA, 7): 1, (TEA, MUG, 7): 1}


def test_a_basket_that_grows_in_steps_counts_what_it_counts_at_once():
    steps, whole = Counts(), Counts()

    steps.change({}, {MUG: 1}, week=7)
    steps.change({MUG: 1}, {MUG: 3, TEA: 1}, week=7)
    steps.change({MUG: 3, TEA: 1}, {MUG: 3, TEA: 5, BAG: 1}, week=7)
    whole.change({}, {MUG: 3, TEA: 5, BAG: 1}, week=7)

    assert (+steps.products, +steps.pairs) == (whole.products, whole.pairs)


def test_a_visit_lasts_a_day_of_utc():
    midnight = NOON.replace(hour=0)
    late = midnight + timedelta(hours=23, minutes=59)

    assert visit("ada", midnight) == visit("ada", late)
    assert visit("ada", midnight) != visit("ada", midnight - timedelta(seconds=1))
    assert visit("ada", midnight) != visit("eve", midnight)


def test_a_day_is_never_in_two_weeks():
    day = NOON.replace(hour=0)
    days = [day + timedelta(days=number) for number in range(14)]

    assert all(week_of(one) == week_of(one + timedelta(hours=23)) for one in days)
    assert week_of(NOON + timedelta(days=7)) == week_of(NOON) + 1


def test_what_is_together_more_often_than_its_interest_lets_expect_comes_first():
    near = [
        Near(MUG, BAG, together=5, interest=20, interest_in_other=900),
        Near(MUG, TEA, together=4, interest=20, interest_in_other=20),
    ]

    [first, second] = related(near, 9)[MUG]

    assert (first.product_id, second.product_id) == (TEA, BAG)
    assert 0 < second.score < first.score < 1


def test_one_chance_meeting_does_not_outweigh_a_habit():
    near = [
        Near(MUG, LAMP, together=1, interest=50, interest_in_other=1),
        Near(MUG, TEA, together=20, interest=50, interest_in_other=60),
    ]

    assert related(near, 1)[MUG][0].product_id == TEA


def test_equal_scores_keep_one_order():
    assert best([Scored(TEA, 1.0), Scored(MUG, 1.0)], 9) == best(
        [Scored(MUG, 1.0), Scored(TEA, 1.0)], 9
    )


def test_what_goes_with_more_of_a_history_comes_first_and_nothing_of_it_comes_at_all():
    history = [Known(MUG, 1), Known(TEA, 3)]
    lists = {
        MUG: [Scored(LAMP, 0.4), Scored(BAG, 0.3), Scored(TEA, 0.9)],
        TEA: [Scored(BAG, 0.3)],
    }

    found = personal(history, lists, 9)

    assert [one.product_id for one in found] == [BAG, LAMP]


def test_mock_lists_are_the_same_for_the_same_seed_and_hold_no_product_itself():
    lists = mock_lists([MUG, TEA, BAG], [LAMP], seed=4)

    assert lists == mock_lists([MUG, TEA, BAG], [LAMP], seed=4)
    assert lists != mock_lists([MUG, TEA, BAG], [LAMP], seed=5)
    assert {one.product_id for one in lists[near_product(MUG)]} == {TEA, BAG}
    assert {one.product_id for one in lists[POPULAR]} == {MUG, TEA, BAG}
