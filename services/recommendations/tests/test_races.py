"""Many workers count at once."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random

from libs import clock
from libs.db.transaction import transaction
from libs.ids import uuid7
from libs.privacy import Person
from libs.testing.crowd import at_once
from services.recommendations import publisher, tasks
from services.recommendations.commands import counts, privacy, publication
from services.recommendations.extension import window
from services.recommendations.tests.shop import SETTLED, ahead, counted, counts_of_baskets, rows

ADA = uuid7()


def crowd(shop, size: int) -> None:
    """Visitors who see the same few products in every order."""
    names = [f"Mug {number}" for number in range(6)]
    shop.sells(*names)
    chance = Random(3)  # noqa: S311  the story of a test
    for number in range(size):
        chance.shuffle(names)
        shop.visited(*names[:4], visitor=f"v{number % 7}", user=ADA if number % 5 == 0 else None)


def fold_all() -> int:
    done = 0
    while some := publisher.fold():
        done += some
    return done


def test_workers_that_count_the_same_products_at_once_count_each_interest_once(app, shop):
    crowd(shop, 60)
    workers: list[Callable[[], int]] = [fold_all] * 4

    done = at_once(app, workers)

    assert [one for one in done if isinstance(one, Exception)] == []
    assert counted() == counts_of_baskets()
    assert rows("SELECT id FROM interaction") == []


def test_a_recount_and_an_erasure_amid_the_counting_leave_true_counts(app, shop):
    crowd(shop, 60)

    def recount() -> int:
        with transaction() as session:
            return counts.recount(session, window(clock.now()).oldest)

    def erase() -> int:
        with transaction() as session:
            privacy.erase_customer(session, Person(ADA, ()))
        return 0

    done = at_once(app, [fold_all, recount, fold_all, erase, fold_all, recount])
    fold_all()

    assert [one for one in done if isinstance(one, Exception)] == []
    assert counted() == counts_of_baskets()
    assert rows("SELECT id FROM basket WHERE user_id = :user", user=ADA) == []


def test_workers_that_publish_at_once_write_each_list_once(app, shop):
    crowd(shop, 20)
    fold_all()
    tasks.restore_store()
    due = len(rows("SELECT * FROM publication"))

    with ahead(SETTLED):
        done = at_once(app, [partial(publisher.publish_due, due)] * 4)

    assert sorted(map(str, done)) == ["0", "0", "0", str(due)]


def test_a_list_that_becomes_due_while_it_is_written_is_written_again(shop):
    shop.sells("Mug", "Tea")
    shop.sold("Mug", "Tea")
    shop.keeps_up()
    soon = clock.now() + timedelta(seconds=1)
    with transaction() as session:
        publication.mark_all(session, clock.now())
        claimed = publication.claim(session, window(clock.now()), clock.now(), 9)
    with transaction() as session:
        publication.mark(session, [next(iter(claimed.lists))], soon)

    with transaction() as session:
        publication.settle(session, claimed, clock.now())

    assert rows("SELECT count(*) FROM publication WHERE due_at <= :soon", soon=soon) == [(1,)]
