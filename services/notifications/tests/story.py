"""What happens in a test's shop, told to notifications, and what it made of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from libs.contracts.accounts import CustomerRegistered
from libs.contracts.notifications import DeliverMessage
from libs.contracts.orders import OrderCancelled, OrderConfirmed, OrderLine
from libs.contracts.wishlists import AlertTriggered
from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from services.notifications import tasks

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def register(
    user_id: UUID | None = None, *, email: str = "ada@example.org", name: str = "Ada"
) -> UUID:
    """Somebody opens an account."""
    found = user_id or uuid7()
    with transaction() as session:
        tasks.welcome(session, CustomerRegistered(user_id=found, email=email, name=name))
    return found


def confirmed(customer_id: UUID | None, **changes: Any) -> OrderConfirmed:
    """The fact that an order of two mugs was paid."""
    line = OrderLine(
        variant_id=uuid7(),
        product_id=uuid7(),
        sku="MUG",
        title=changes.pop("title", "Mug"),
        quantity=2,
        unit_price_minor=950,
        total_minor=1900,
    )
    usual: dict[str, Any] = {
        "order_id": uuid7(),
        "number": "1001",
        "cart_id": uuid7(),
        "customer_id": customer_id,
        "email": "ada@example.org",
        "currency": "EUR",
        "total_minor": 1900,
        "confirmed_at": NOON,
        "lines": (line,),
    }
    return OrderConfirmed(**(usual | changes))


def cancelled(customer_id: UUID | None, **changes: Any) -> OrderCancelled:
    """The fact that an order ended."""
    usual: dict[str, Any] = {
        "order_id": uuid7(),
        "cart_id": uuid7(),
        "customer_id": customer_id,
        "email": "ada@example.org",
        "currency": "EUR",
        "total_minor": 1900,
        "code": "inventory.out_of_stock",
        "detail": "a product ran out",
        "cancelled_at": NOON,
    }
    return OrderCancelled(**(usual | changes))


def triggered(customer_id: UUID, **changes: Any) -> AlertTriggered:
    """The fact that a mug is back in stock."""
    usual: dict[str, Any] = {
        "alert_id": uuid7(),
        "customer_id": customer_id,
        "kind": "back_in_stock",
        "product_id": uuid7(),
        "variant_id": None,
        "title": "Mug",
        "price_minor": None,
        "currency": None,
    }
    return AlertTriggered(**(usual | changes))


def messages(channel: str) -> list[Any]:
    """All messages over the channel, oldest first."""
    with reading() as session:
        statement = text("SELECT * FROM message WHERE channel = :channel ORDER BY id")
        return list(session.execute(statement, {"channel": channel}))


def mail() -> UUID:
    """One mail that waits to be delivered."""
    register()
    return UUID(str(messages("email")[-1].id))


def deliver(message_id: UUID) -> Any:
    """Run the job, and return the message as it is then."""
    tasks.deliver_message(DeliverMessage(message_id=message_id))
    with reading() as session:
        statement = text("SELECT * FROM message WHERE id = :id")
        return session.execute(statement, {"id": message_id}).one()


def attempts(message_id: UUID) -> list[tuple[str, str | None]]:
    """State and detail of each attempt."""
    with reading() as session:
        statement = text("SELECT state, detail FROM attempt WHERE message_id = :id ORDER BY number")
        return [(row.state, row.detail) for row in session.execute(statement, {"id": message_id})]


def pass_time(message_id: UUID, seconds: float) -> None:
    """Move everything about the message into the past."""
    with transaction() as session:
        session.execute(
            text(
                "UPDATE message SET created_at = created_at - :by, due_at = due_at - :by,"
                " nudge_at = nudge_at - :by, give_up_at = give_up_at - :by WHERE id = :id"
            ).bindparams(id=message_id),
            {"by": timedelta(seconds=seconds)},
        )
