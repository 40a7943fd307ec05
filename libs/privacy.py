"""A service's part when a person's data are handed over or forgotten."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs.contracts.privacy import CustomerDataExported, EraseCustomer, ExportCustomer
from libs.db.statement import Statement
from libs.messaging.outbox import announce
from libs.messaging.tasks import Done, Tasks

# Four bytes each at most, and every second one escaped: below what a message may have.
SLICE_CHARACTERS = 12_000
_DOMAIN = "erased.invalid"

_forget_answers = Statement(
    """
    DELETE FROM idempotency_key WHERE principal = $1 OR EXISTS (
        SELECT FROM unnest($2::text[]) AS address WHERE strpos(lower(body), address) > 0
    )
    """
)
_forget_dead_letters = Statement(
    """
    DELETE FROM dead_letter WHERE EXISTS (
        SELECT FROM unnest($1::text[]) AS trace
        WHERE position(convert_to(trace, 'UTF8') IN body) > 0
    )
    """
)
_forget_slices = Statement("UPDATE inbox SET outputs = '[]' WHERE source = ANY($1::uuid[])")


class Person(NamedTuple):
    """Whose data it is: a customer, and the addresses that are proven to be theirs."""

    customer_id: UUID
    emails: tuple[str, ...]


class Words(NamedTuple):
    """The service's own three messages."""

    export: type[ExportCustomer]
    exported: type[CustomerDataExported]
    erase: type[EraseCustomer]


Collect = Callable[[Session, Person], Mapping[str, Any]]
Forget = Callable[[Session, Person], None]


def take_part(tasks: Tasks, words: Words, *, collect: Collect, forget: Forget) -> None:
    """Obey the service's export and erasure commands.

    `collect` reads the service's part: anything that JSON can hold, UUIDs and moments included.
    `forget` may be repeated, and must leave the person's name, addresses and mail addresses
    nowhere in the service's tables; the platform's own tables are seen to here.
    """

    @tasks.command(words.export)
    def export_customer(session: Session, message: ExportCustomer) -> Done:
        part = collect(session, Person(message.customer_id, message.emails))
        slices = slices_of(part)
        for number, content in enumerate(slices):
            announce(
                session,
                words.exported(
                    export_id=message.export_id, number=number, count=len(slices), content=content
                ),
            )
        return Done({"slices": len(slices)})

    @tasks.command(words.erase)
    def erase_customer(session: Session, message: EraseCustomer) -> None:
        person = Person(message.customer_id, message.emails)
        forget(session, person)
        forget_traces(session, person, message.export_ids)


def slices_of(part: Mapping[str, Any]) -> list[str]:
    """The part as JSON, cut into texts that fit into messages; at least one."""
    text = msgspec.json.encode(part).decode()
    return [text[at : at + SLICE_CHARACTERS] for at in range(0, len(text), SLICE_CHARACTERS)]


def forget_traces(session: Session, person: Person, export_ids: Sequence[UUID]) -> None:
    """Remove the person from the tables that the platform keeps in each database: stored answers,
    parked messages, slices of exports."""
    emails = list(person.emails)
    _forget_answers.later(session, f"user:{person.customer_id}", emails)
    _forget_dead_letters.later(session, [*emails, str(person.customer_id)])
    _forget_slices.later(session, list(export_ids))


def pseudonym(customer_id: UUID) -> str:
    """What stands where a mail address must stand; no mail can ever be sent there."""
    return f"{customer_id.hex}@{_DOMAIN}"
