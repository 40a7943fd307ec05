"""Facts of other services that people and endpoints are told, and the delivery."""

from collections.abc import Mapping
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from libs.contracts.accounts import (
    CustomerRegistered,
    EmailChanged,
    EmailVerificationRequested,
    PasswordResetRequested,
)
from libs.contracts.catalog import ProductChanged
from libs.contracts.inventory import StockChanged
from libs.contracts.notifications import (
    CustomerDataExported,
    DeliverMessage,
    DeliverWebhook,
    EraseCustomer,
    ExportCustomer,
)
from libs.contracts.orders import (
    OrderCancelled,
    OrderConfirmed,
    OrderLine,
    OrderPlaced,
    ReturnRequested,
    ReturnSettled,
)
from libs.contracts.wishlists import AlertTriggered
from libs.db.transaction import transaction
from libs.http.idempotency import purge_expired
from libs.messaging.message import Fact
from libs.messaging.tasks import Tasks
from libs.money import Money
from libs.privacy import Words, take_part
from libs.service import service_settings
from services.notifications.channels.webhook import call_endpoint
from services.notifications.commands import (
    contacts,
    deliveries,
    notices,
    privacy,
    webhook_deliveries,
    webhook_events,
)
from services.notifications.extension import extension
from services.notifications.metrics import (
    count_delivery,
    count_disabled_endpoint,
    count_webhook,
    set_oldest_queued,
    set_oldest_webhook,
)
from services.notifications.queries import messages as queries
from services.notifications.queries.webhooks import oldest_webhook
from services.notifications.rules.messages import Dispatch, Notice, Outcome, masked
from services.notifications.settings import NotificationsSettings

NUDGES_PER_RUN = 100
PURGED_PER_RUN = 500

tasks = Tasks("notifications")
take_part(
    tasks,
    Words(export=ExportCustomer, exported=CustomerDataExported, erase=EraseCustomer),
    collect=privacy.collect_customer,
    forget=privacy.erase_customer,
)


@tasks.fact(CustomerRegistered)
def welcome(session: Session, fact: CustomerRegistered) -> None:
    """Greet a new customer, whose address is kept for later notices."""
    contacts.keep_address(session, fact.user_id, fact.email)
    webhook_events.publish(session, fact)
    data = {"name": fact.name, "email": fact.email}
    _notify(session, "welcome", fact.user_id, fact.user_id, fact.email, data)


@tasks.fact(EmailVerificationRequested)
def ask_for_proof(session: Session, fact: EmailVerificationRequested) -> None:
    """Let whoever owns the address prove it."""
    _send_secret(session, "email_verification", fact)


@tasks.fact(PasswordResetRequested)
def send_reset(session: Session, fact: PasswordResetRequested) -> None:
    """Let whoever owns the address set a new password."""
    _send_secret(session, "password_reset", fact)


@tasks.fact(EmailChanged)
def follow_address(session: Session, fact: EmailChanged) -> None:
    """Write to the new address from now on, and tell the old one, in case a thief changed it."""
    before = contacts.change_address(session, fact.user_id, fact.version, fact.email)
    if before:
        data = {"name": fact.name, "email": masked(fact.email)}
        event = uuid5(fact.user_id, str(fact.version))
        _notify(session, "email_changed", event, fact.user_id, before, data)


@tasks.fact(OrderConfirmed)
def confirm_order(session: Session, fact: OrderConfirmed) -> None:
    """Tell the buyer, and whoever listens, that the order is paid."""
    webhook_events.publish(session, fact)
    data = {
        "number": fact.number,
        "total": _amount(fact.total_minor, fact.currency),
        "lines": [_line(line, fact.currency) for line in fact.lines],
    }
    _notify(session, "order_confirmed", fact.order_id, fact.customer_id, fact.email, data)


@tasks.fact(OrderCancelled)
def cancel_order(session: Session, fact: OrderCancelled) -> None:
    """Tell the buyer, and whoever listens, that the order ended, and why."""
    webhook_events.publish(session, fact)
    data = {"total": _amount(fact.total_minor, fact.currency), "reason": fact.detail}
    _notify(session, "order_cancelled", fact.order_id, fact.customer_id, fact.email, data)


@tasks.fact(AlertTriggered)
def tell_alert(session: Session, fact: AlertTriggered) -> None:
    """Tell a customer that what they waited for has happened."""
    data = {"title": fact.title}
    if fact.price_minor is not None and fact.currency is not None:
        data["price"] = _amount(fact.price_minor, fact.currency)
    _notify(session, fact.kind, fact.alert_id, fact.customer_id, "", data)


@tasks.fact(OrderPlaced)
@tasks.fact(ReturnRequested)
@tasks.fact(ReturnSettled)
@tasks.fact(ProductChanged)
@tasks.fact(StockChanged)
def tell_endpoints(session: Session, fact: Fact) -> None:
    """Tell merchants' endpoints what no customer is told."""
    webhook_events.publish(session, fact)


@tasks.job(DeliverMessage)
def deliver_message(message: DeliverMessage) -> None:
    """One attempt, if it is time for one; the row remembers when the next one is due."""
    with transaction() as session:
        dispatch = deliveries.claim(session, message.message_id)
    if dispatch is None:
        return
    outcome = _deliver(dispatch)
    count_delivery(outcome.verdict)
    with transaction() as session:
        deliveries.record(session, dispatch, outcome)


@tasks.job(DeliverWebhook)
def deliver_webhook(message: DeliverWebhook) -> None:
    """One request to one endpoint, if it is time for one."""
    with transaction() as session:
        call = webhook_deliveries.claim(session, message.delivery_id)
    if call is None:
        return
    result = call_endpoint(extension().webhooks, call)
    count_webhook(delivered=result.delivered)
    with transaction() as session:
        if disabled := webhook_deliveries.record(session, call, result):
            count_disabled_endpoint()
            event = f"{disabled.endpoint_id}/{disabled.version}"
            data = {"url": disabled.url, "reason": disabled.reason}
            _notify(session, "webhook_disabled", event, disabled.author, "", data)


@tasks.every(seconds=5)
def nudge_overdue_webhooks(session: Session) -> int:
    """Retry what is due for endpoints, and what the jobs pool lost."""
    nudged = webhook_deliveries.nudge_overdue_webhooks(session, NUDGES_PER_RUN)
    return nudged if nudged == NUDGES_PER_RUN else 0


@tasks.every(seconds=60)
def purge_webhook_events(session: Session) -> int:
    """Forget events and deliveries that are old."""
    days = service_settings(NotificationsSettings).webhook_retention_days
    purged = webhook_events.purge_events(session, days, PURGED_PER_RUN)
    return purged if purged == PURGED_PER_RUN else 0


@tasks.every(seconds=5)
def nudge_overdue(session: Session) -> int:
    """Retry what is due, and what the jobs pool lost."""
    nudged = deliveries.nudge_overdue(session, NUDGES_PER_RUN)
    return nudged if nudged == NUDGES_PER_RUN else 0


@tasks.every(seconds=15)
def measure_queue(session: Session) -> int:
    """Show how long messages and events wait."""
    set_oldest_queued(queries.oldest_queued(session))
    set_oldest_webhook(oldest_webhook(session))
    return 0


@tasks.every(seconds=60)
def purge_keys(session: Session) -> int:
    """Forget idempotency keys whose time is over."""
    return purge_expired(session)


def _deliver(dispatch: Dispatch) -> Outcome:
    if dispatch.suppressed:
        return Outcome("refused", f"the address is not used any more: it {dispatch.suppressed}")
    return extension().ports[dispatch.channel].deliver(dispatch)


def _notify(
    session: Session,
    template: str,
    subject_id: UUID | str,
    user_id: UUID | None,
    email: str,
    data: Mapping[str, object],
) -> None:
    """The event is named by what it is about, so that it is told once however often it arrives."""
    notice = Notice(f"{template}/{subject_id}", template, user_id, email, data)
    notices.notify(session, notice, locale=service_settings(NotificationsSettings).locale)


def _send_secret(
    session: Session, template: str, fact: EmailVerificationRequested | PasswordResetRequested
) -> None:
    data = {"name": fact.name, "token": fact.token, "link": fact.link}
    _notify(session, template, fact.request_id, fact.user_id, fact.email, data)


def _line(line: OrderLine, currency: str) -> dict[str, object]:
    return {
        "quantity": line.quantity,
        "title": line.title,
        "sku": line.sku,
        "total": _amount(line.total_minor, currency),
    }


def _amount(minor: int, currency: str) -> str:
    return f"{Money(minor, currency).decimal} {currency}"
