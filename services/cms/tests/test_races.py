"""Whoever publishes at the same time: exactly one version is public in the end."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from libs import clock
from libs.db.transaction import reading, transaction
from libs.ids import from_text, uuid7
from libs.testing.crowd import at_once
from services.cms import tasks
from services.cms.commands import drafts, publication
from services.cms.errors import NotPending
from services.cms.rules.places import Place
from services.cms.tests.editor import homepage, page

PUBLISHERS = 20


def numbers(answers: list[Any]) -> list[int]:
    """The answers, none of them a failure."""
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    return sorted(answers)


def publish(version_id: UUID) -> int:
    with transaction() as session:
        return publication.publish_version(session, version_id, lambda _: None).number


def create() -> int:
    with transaction() as session:
        place = Place("page", "new", "en")
        return drafts.create_version(session, place, page(), uuid7()).number


def roll_back(version_id: UUID) -> int:
    with transaction() as session:
        return publication.roll_back(session, version_id, uuid7()).number


def publish_due() -> int:
    with transaction() as session:
        return tasks.publish_due(session)


def identifier(path: str) -> UUID:
    return from_text("ver", path.removeprefix("/"))


def states() -> dict[str, int]:
    with reading() as session:
        rows = session.execute(
            text("SELECT state, count(*) AS versions FROM document_version GROUP BY state")
        )
        return {row.state: row.versions for row in rows}


def test_publishers_of_different_drafts_leave_one_public(app, editor):
    paths = [editor.draft(homepage(str(number))) for number in range(PUBLISHERS)]

    answers = at_once(app, [partial(publish, identifier(path)) for path in paths])

    assert numbers(answers) == list(range(1, PUBLISHERS + 1))
    assert states() == {"published": 1, "superseded": PUBLISHERS - 1}


def test_publishers_of_one_draft_publish_it_once(app, editor):
    path = editor.draft(homepage())

    works = [partial(publish, identifier(path))] * PUBLISHERS

    answers = at_once(app, works)

    assert answers == [1] * PUBLISHERS
    assert editor.call("GET", path).json["version"] == 2


def test_publishing_and_going_back_at_once_leave_one_public(app, editor):
    former = editor.public(homepage("Former"))
    editor.public(homepage("Current"))
    paths = [editor.draft(homepage(str(number))) for number in range(8)]

    works: list[Callable[[], int]] = [partial(publish, identifier(path)) for path in paths]
    works += [partial(roll_back, identifier(former))] * len(paths)

    answers = at_once(app, works)

    assert len(numbers(answers)) == 16
    assert states() == {"published": 1, "superseded": 17}


def test_first_writers_of_a_new_document_share_it(app, editor):
    answers = at_once(app, [create] * PUBLISHERS)

    assert numbers(answers) == list(range(1, PUBLISHERS + 1))


def test_workers_publish_what_is_due_once(app, editor):
    paths = [editor.draft(page(), slug=f"page-{number % 5}") for number in range(10)]
    with transaction() as session:
        session.execute(
            text("UPDATE document_version SET state = 'scheduled', publish_at = :now"),
            {"now": clock.now()},
        )

    answers = at_once(app, [publish_due] * 8)

    assert sum(numbers(answers)) + publish_due() == len(paths)
    assert states() == {"published": 5, "superseded": 5}


def test_a_worker_and_an_editor_publish_a_due_version_once(app, editor):
    path = editor.draft(homepage())
    with transaction() as session:
        session.execute(
            text("UPDATE document_version SET state = 'scheduled', publish_at = :now"),
            {"now": clock.now()},
        )

    works: list[Callable[[], int]] = [publish_due, partial(publish, identifier(path)), publish_due]
    answers = at_once(app, works)

    assert {type(answer) for answer in answers} <= {int, NotPending}
    assert editor.call("GET", path).json["version"] == 2
    assert states() == {"published": 1}


def test_the_database_itself_refuses_a_second_published_version(editor):
    editor.public(homepage("First"))
    editor.public(homepage("Second"))

    with pytest.raises(IntegrityError, match="uq_document_version_published"), transaction() as one:
        one.execute(text("UPDATE document_version SET state = 'published'"))
