"""How services are asked for what they know of a person, and told to forget it.

Each service that keeps personal data derives the three messages under its own name, in its own
contract (`orders.export_customer.v1`, `orders.customer_data_exported.v1`,
`orders.erase_customer.v1`), and `libs.privacy.take_part` obeys them.
"""

from uuid import UUID

from libs.messaging.message import Command, Fact


class ExportCustomer(Command, frozen=True, kw_only=True):
    """Announce all that is known of the customer. Done: output `slices`, how many were announced.

    `emails` are the addresses that the customer has proven to own, in lower case: what a guest
    left under one of them is the customer's too.
    """

    export_id: UUID
    customer_id: UUID
    emails: tuple[str, ...]


class CustomerDataExported(Fact, frozen=True, kw_only=True):
    """One slice of a service's part, a JSON object as text; slices are numbered from 0."""

    export_id: UUID
    number: int
    count: int
    content: str


class EraseCustomer(Command, frozen=True, kw_only=True):
    """Forget the customer, who can no longer sign in: delete, or where the law wants the record
    kept leave nothing in it that leads to a person.

    `customer_id` stays as a pseudonym, for it names nobody any more. `emails` as for the export;
    `export_ids` are the exports that were made before, slices of which may still lie about.
    """

    customer_id: UUID
    emails: tuple[str, ...]
    export_ids: tuple[UUID, ...]
