"""Many at once: one review each, one decision, and a rating that always adds up."""

from collections import Counter
from functools import partial
from typing import Any

from libs.ids import uuid7
from libs.testing.crowd import at_once
from services.reviews.tests.people import FINE, address, announced, miscounted

MUG = uuid7()
CROWD = 12


def codes(answers: list[Any]) -> Counter[int]:
    """How many answers of each status; an exception is nobody's answer."""
    return Counter(answer.status_code for answer in answers)


def test_one_customer_in_many_windows_writes_one_review(app, people):
    buyer = people.buyer(MUG)
    write = partial(buyer.call, "POST", f"{address(MUG)}/reviews", FINE)

    answers = at_once(app, [write] * CROWD)

    assert codes(answers) == {201: 1, 409: CROWD - 1}


def test_of_two_moderators_who_saw_the_same_version_one_decides(app, people):
    review = people.buyer(MUG).writes(MUG)
    works = [
        partial(people.somebody("admin").decides, review, decision)
        for decision in ("approve", "reject")
    ]

    answers = at_once(app, works)

    assert codes(answers) == {200: 1, 412: 1}
    assert miscounted() == []


def test_decisions_about_many_reviews_of_one_product_all_count(app, people, moderator, anybody):
    reviews = [people.buyer(MUG).writes(MUG, stars=1 + n % 5) for n in range(CROWD)]

    answers = at_once(app, [partial(moderator.decides, review) for review in reviews])

    assert codes(answers) == {200: CROWD}
    assert anybody.get(f"{address(MUG)}/rating")["count"] == CROWD
    assert sorted(version for version, _, _ in announced()) == list(range(1, CROWD + 1))
    assert miscounted() == []


def test_an_author_who_edits_or_deletes_while_a_moderator_decides_leaves_a_true_rating(
    app, people, moderator
):
    authors = [people.buyer(MUG) for _ in range(CROWD)]
    reviews = [author.writes(MUG) for author in authors]
    works = [partial(moderator.decides, review) for review in reviews]
    for number, (author, review) in enumerate(zip(authors, reviews, strict=True)):
        path = f"/reviews/{review['id']}"
        edit = partial(author.call, "PATCH", path, {"stars": 1})
        works.append(edit if number % 2 else partial(author.call, "DELETE", path))

    answers = at_once(app, works)

    assert codes(answers).keys() <= {200, 204, 404, 412}
    assert miscounted() == []


def test_many_reports_at_once_are_each_counted(app, people, moderator):
    shown = moderator.decides(people.buyer(MUG).writes(MUG)).json
    path = f"/reviews/{shown['id']}/flag"
    works = [
        partial(people.somebody().call, "POST", path, {"reason": "Spam."}) for _ in range(CROWD)
    ]

    answers = at_once(app, works)

    assert codes(answers) == {204: CROWD}
    assert moderator.get("/reviews?state=flagged")["data"][0]["flags"] == CROWD
