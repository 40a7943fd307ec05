"""What accounts announces about people: proofs by mail alone, addresses that change, erasures."""

from typing import Any
from uuid import UUID

import pytest

from libs.contracts.accounts import (
    EmailChanged,
    EmailVerificationRequested,
    PasswordResetRequested,
)
from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from libs.privacy import Person
from libs.testing.traces import find_traces
from services.notifications import tasks
from services.notifications.commands import contacts, privacy
from services.notifications.rules.preferences import CHANNELS
from services.notifications.tests.story import confirmed, messages, register

pytestmark = pytest.mark.usefixtures("app")

OLD, NEW = "ada@example.org", "ada@new.example"


def _told() -> list[Any]:
    return [one for channel in CHANNELS for one in messages(channel)]


def _hear(handler: Any, fact: Any) -> None:
    with transaction() as session:
        handler(session, fact)


def _changed(user_id: UUID, version: int, email: str = NEW) -> EmailChanged:
    return EmailChanged(user_id=user_id, version=version, email=email, name="Ada")


def _erase(user_id: UUID, *emails: str) -> None:
    with transaction() as session:
        privacy.erase_customer(session, Person(user_id, emails))


@pytest.mark.parametrize(
    ("handler", "kind", "template"),
    [
        (tasks.ask_for_proof, EmailVerificationRequested, "email_verification"),
        (tasks.send_reset, PasswordResetRequested, "password_reset"),
    ],
)
@pytest.mark.parametrize("link", [None, "https://shop.example/?token=SECRET"])
def test_a_token_goes_by_mail_alone(handler, kind, template, link):
    user_id = register(email=OLD)
    fact = kind(
        request_id=uuid7(), user_id=user_id, email=NEW, name="Ada", token="SECRET", link=link
    )

    _hear(handler, fact)

    told = [one for one in _told() if one.template == template]
    assert [(one.channel, one.address) for one in told] == [("email", NEW)]
    assert (link or "SECRET") in told[0].body


def test_mail_follows_a_changed_address_and_the_old_one_is_told():
    user_id = register(email=OLD)

    _hear(tasks.follow_address, _changed(user_id, 2))

    with reading() as session:
        assert contacts.find_address(session, user_id) == NEW
    told = [one for one in _told() if one.template == "email_changed"]
    assert {one.address for one in told if one.channel == "email"} == {OLD}
    assert not [one for one in told if NEW in one.body]


def test_an_older_change_of_address_changes_nothing():
    user_id = register(email=OLD)
    _hear(tasks.follow_address, _changed(user_id, 3))

    _hear(tasks.follow_address, _changed(user_id, 2, "late@example.org"))

    with reading() as session:
        assert contacts.find_address(session, user_id) == NEW


def test_an_export_holds_what_was_told_and_no_token():
    user_id = register(email=OLD)
    reset = PasswordResetRequested(
        request_id=uuid7(), user_id=user_id, email=OLD, name="Ada", token="SECRET", link=None
    )
    _hear(tasks.send_reset, reset)

    with reading() as session:
        part = privacy.collect_customer(session, Person(user_id, ()))

    assert part["address"] == OLD
    assert {one["template"] for one in part["messages"]} == {"welcome", "password_reset"}
    assert "SECRET" not in str(part)


def test_an_erasure_leaves_no_trace_of_a_person():
    user_id = register(email=OLD, name="Ada Canary")
    _hear(tasks.confirm_order, confirmed(None, email=OLD))

    _erase(user_id, OLD)

    with reading() as session:
        assert find_traces(session, [OLD, "Ada Canary"]) == []


def test_an_erasure_forgets_nothing_of_others():
    eve = register(email="eve@example.org", name="Eve")
    before = len(_told())

    _erase(uuid7(), OLD)

    with reading() as session:
        assert contacts.find_address(session, eve) == "eve@example.org"
    assert len(_told()) == before


def test_an_erased_person_is_told_nothing_that_is_heard_late():
    user_id = register(email=OLD)
    _erase(user_id, OLD)

    _hear(tasks.confirm_order, confirmed(user_id, email=OLD))
    _hear(tasks.follow_address, _changed(user_id, 9))
    register(user_id, email=OLD)

    assert _told() == []
