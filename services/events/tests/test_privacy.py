"""A customer's behaviour is handed over and forgotten, and nobody else's."""

from uuid import UUID

from libs.db.transaction import reading, transaction
from libs.privacy import Person
from services.events.commands import privacy
from services.events.tests.visitor import search, send, stored, streamed, view


def forget(user_id: UUID) -> None:
    with transaction() as session:
        privacy.erase_customer(session, Person(user_id, ()))


def test_what_a_customer_did_is_handed_over(ada, guest):
    ada.reports(search(query="red mug", session_id="visit-1"))
    ada.reports(view(), consent=False)
    guest.reports(view())

    with reading() as session:
        part = privacy.collect_customer(session, Person(ada.user_id, ()))

    (event,) = part["events"]
    assert (event["kind"], event["query"], event["session_id"]) == ("search", "red mug", "visit-1")
    assert event.keys() == {"id", "at", "kind", "query", "session_id"}


def test_what_a_customer_did_signed_in_or_in_the_same_visits_is_forgotten(ada, guest):
    guest.reports(view(session_id="visit-1"))
    ada.reports(view(session_id="visit-1"), view(session_id="visit-2"))
    guest.reports(view(session_id="somebody-else"))
    ada.reports(view(), consent=False)

    forget(ada.user_id)

    assert set(stored("session_id")) == {("somebody-else",), (None,)}


def test_what_waits_to_be_sent_is_forgotten_too(ada, guest):
    ada.reports(view())
    guest.reports(view(session_id="somebody-else"))

    forget(ada.user_id)
    send()

    assert [event.session_id for event in streamed("user-events")] == ["somebody-else"]


def test_forgetting_may_be_repeated(ada):
    ada.reports(view())

    forget(ada.user_id)
    forget(ada.user_id)

    assert stored() == []
