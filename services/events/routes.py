"""Behaviour over HTTP: batches in, nothing out."""

from typing import Any

from libs import clock
from libs.db.transaction import transaction
from libs.http.auth import principal
from libs.http.blueprint import Blueprint
from libs.http.operation import access, limited
from libs.http.problems import FieldFault
from libs.service import service_settings
from services.events import metrics, rules
from services.events.commands import intake
from services.events.schemas import Attempt, EventBatchSchema, EventReceiptSchema
from services.events.settings import EventsSettings

events = Blueprint("events", __name__, url_prefix="/api/v1/events", description="What visitors do.")


@events.post("")
@access(guest=True)
@limited("events")
@events.arguments(EventBatchSchema)
@events.response(202, EventReceiptSchema)
def record_events(body: dict[str, Any]) -> dict[str, Any]:
    """Take a batch of behaviour; bad events are reported by their index, the others kept."""
    consent: bool = body["consent"]
    user_id = principal().user_id if consent else None
    good, rejected = [], []
    for index, (loaded, faults) in enumerate(_judged(body["events"])):
        if loaded is None:
            rejected.append({"index": index, "errors": faults})
        else:
            good.append(rules.kept(loaded, user_id, consent=consent))
    with transaction() as session:
        accepted = intake.take(session, good, user_id)
    repeated = len(good) - accepted
    metrics.count(accepted=accepted, repeated=repeated, rejected=len(rejected))
    return {"accepted": accepted, "repeated": repeated, "rejected": rejected}


def _judged(attempts: list[Attempt]) -> list[Attempt]:
    now = clock.now()
    oldest = rules.first_day(now, service_settings(EventsSettings).retention_days)

    def judged(attempt: Attempt) -> Attempt:
        fault: FieldFault | None = None
        if attempt.loaded is not None:
            fault = rules.fault_of(attempt.loaded, now, oldest)
        return Attempt(None, [fault]) if fault else attempt

    return [judged(attempt) for attempt in attempts]
