"""A service's part in the export and the erasure of a person, on a database of its own."""

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

import msgspec
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.contracts import privacy
from libs.db.transaction import transaction
from libs.ids import uuid7
from libs.messaging.batch import Delivery, Executor
from libs.messaging.message import MAX_BYTES, Command, SagaKey
from libs.messaging.tasks import Tasks
from libs.messaging.wire import Outgoing, pack, read, unpack
from libs.privacy import SLICE_CHARACTERS, Person, Words, pseudonym, slices_of, take_part
from libs.testing.service_fixtures import ServiceApp

EMAIL = "ada@example.org"


class Export(privacy.ExportCustomer, frozen=True, kw_only=True):
    wire_name: ClassVar[str] = "inventory.export_customer.v1"


class Exported(privacy.CustomerDataExported, frozen=True, kw_only=True):
    wire_name: ClassVar[str] = "inventory.customer_data_exported.v1"


class Erase(privacy.EraseCustomer, frozen=True, kw_only=True):
    wire_name: ClassVar[str] = "inventory.erase_customer.v1"


class Diary:
    """A service that keeps lines about one person."""

    def __init__(self) -> None:
        self.lines: dict[UUID, list[str]] = {}

    def collect(self, _session: Session, person: Person) -> dict[str, Any]:
        return {"lines": self.lines.get(person.customer_id, [])}

    def forget(self, _session: Session, person: Person) -> None:
        self.lines.pop(person.customer_id, None)


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    made = service_app("inventory")
    with made.app_context():
        yield made


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def executor(app: Flask, diary: Diary) -> Executor:
    tasks = Tasks("inventory")
    words = Words(export=Export, exported=Exported, erase=Erase)
    take_part(tasks, words, collect=diary.collect, forget=diary.forget)
    return Executor(app, tasks, None)


def _obey(executor: Executor, command: Command, saga: UUID) -> list[Outgoing]:
    key = SagaKey(saga, "inventory", 0, "do", 1)
    packed = pack(
        command, source="accounts", key=key, saga_type="accounts.x", reply_to="accounts.replies"
    )
    delivery = Delivery(unpack(packed.body), "command", packed, redelivered=False)
    return executor.process([delivery]).outgoing


def _stored(app: Flask, table: str) -> int:
    with transaction() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608  # a constant


def test_an_export_is_announced_in_slices_that_make_the_part_again(executor: Executor, diary):
    ada, export_id = uuid7(), uuid7()
    diary.lines[ada] = ['"quoted" 🦀 line'] * 3000

    sent = _obey(executor, Export(export_id=export_id, customer_id=ada, emails=(EMAIL,)), export_id)

    slices = [read(unpack(one.body), Exported) for one in sent if one.type == Exported.wire_name]
    assert [one.number for one in slices] == list(range(len(slices)))
    assert {one.count for one in slices} == {len(slices)}
    assert len(slices) > 1
    part = msgspec.json.decode("".join(one.content for one in slices))
    assert part == {"lines": diary.lines[ada]}


def test_a_slice_of_the_longest_characters_fits_into_a_message():
    [content] = slices_of({"": '"' * (SLICE_CHARACTERS // 2 - 6)})
    worst = "🦀" * len(content)

    for text_ in (content, worst):
        fact = Exported(export_id=uuid7(), number=0, count=1, content=text_)
        assert len(pack(fact, source="inventory").envelope) < MAX_BYTES


def test_an_erasure_forgets_the_person_and_nobody_else(executor: Executor, diary: Diary):
    ada, eve = uuid7(), uuid7()
    diary.lines = {ada: ["hers"], eve: ["not hers"]}

    _obey(executor, Erase(customer_id=ada, emails=(), export_ids=()), uuid7())

    assert diary.lines == {eve: ["not hers"]}


def test_an_erasure_forgets_stored_answers_of_the_person(app: Flask, executor: Executor):
    ada, eve = uuid7(), uuid7()
    for principal, body in ((f"user:{ada}", "{}"), ("address:1", EMAIL), (f"user:{eve}", "{}")):
        _store_answer(principal, body)

    _obey(executor, Erase(customer_id=ada, emails=(EMAIL,), export_ids=()), uuid7())

    with transaction() as session:
        left = session.execute(text("SELECT principal FROM idempotency_key")).scalars().all()
    assert left == [f"user:{eve}"]


def test_an_erasure_forgets_parked_messages_that_name_the_person(app: Flask, executor: Executor):
    ada = uuid7()
    for body in (f"to {EMAIL}", f"by {ada}", "of somebody else"):
        _park(body)

    _obey(executor, Erase(customer_id=ada, emails=(EMAIL,), export_ids=()), uuid7())

    assert _stored(app, "dead_letter") == 1


def test_an_erasure_forgets_slices_of_earlier_exports(executor: Executor, diary: Diary):
    ada, export_id = uuid7(), uuid7()
    diary.lines[ada] = ["a secret"]
    _obey(executor, Export(export_id=export_id, customer_id=ada, emails=()), export_id)

    _obey(executor, Erase(customer_id=ada, emails=(), export_ids=(export_id,)), uuid7())

    with transaction() as session:
        outputs = session.execute(text("SELECT outputs FROM inbox")).scalars().all()
    assert not [one for one in outputs if "secret" in one]


def test_a_pseudonym_is_a_mail_address_that_reaches_nobody():
    ada = uuid7()

    assert pseudonym(ada).endswith(".invalid")
    assert pseudonym(ada) != pseudonym(uuid7())


def _store_answer(principal: str, body: str) -> None:
    with transaction() as session:
        session.execute(
            text(
                "INSERT INTO idempotency_key (principal, route, key, fingerprint, body, expires_at)"
                " VALUES (:principal, 'POST /', :principal, '', :body, now())"
            ),
            {"principal": principal, "body": body},
        )


def _park(body: str) -> None:
    with transaction() as session:
        session.execute(
            text("INSERT INTO dead_letter (id, type, body, reason) VALUES (:id, 't', :body, 'r')"),
            {"id": uuid7(), "body": body.encode()},
        )
