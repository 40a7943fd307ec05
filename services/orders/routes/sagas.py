"""Operators look at sagas and help the ones that cannot end by themselves."""

from typing import Any
from uuid import UUID

import msgspec

from libs import clock
from libs.db.transaction import reading, transaction
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.saga import queries
from libs.saga.state import Aborted, Decision, Event, Retried, Skipped
from services.orders.extension import extension
from services.orders.routes.caller import actor
from services.orders.schemas.sagas import (
    AbortSagaSchema,
    OutcomeSchema,
    RetrySagaSchema,
    SagaDetailSchema,
    SagaFilterSchema,
    SagaListSchema,
    SkipSagaSchema,
)

sagas = Blueprint(
    "sagas", __name__, url_prefix="/api/v1/sagas", description="Sagas, for operators."
)


@sagas.get("")
@access(roles=("admin",))
@sagas.arguments(SagaFilterSchema, location="query")
@sagas.response(200, SagaListSchema)
def list_sagas(args: dict[str, Any]) -> dict[str, Any]:
    """List sagas by state, awaited step, type and age in seconds."""
    age = args.pop("older_than")
    before = clock.now() - age if age else None
    with reading() as session:
        found = queries.list_sagas(
            session,
            status=args["state"],
            kind=args["type"],
            step=args["step"],
            created_before=before,
            after=args["after"],
            limit=args["limit"],
        )
    return {"data": found}


@sagas.get("/<id('sag'):saga_id>")
@access(roles=("admin",))
@sagas.response(200, SagaDetailSchema)
def get_saga(saga_id: UUID) -> dict[str, Any]:
    """Show a saga with everything that happened to it."""
    with reading() as session:
        return {
            "saga": queries.get_saga(session, saga_id),
            "events": queries.list_saga_events(session, saga_id),
        }


@sagas.post("/<id('sag'):saga_id>/retry")
@access(roles=("admin",))
@sagas.arguments(RetrySagaSchema)
@sagas.response(200, OutcomeSchema)
def retry_step(body: dict[str, Any], saga_id: UUID) -> dict[str, Any]:
    """Ask a step again now; a refused one may be asked with another body."""
    raw = None if body["body"] is None else msgspec.Raw(msgspec.json.encode(body["body"]))
    return _act(saga_id, Retried(step=body["step"], body=raw, reason=body["reason"]), body)


@sagas.post("/<id('sag'):saga_id>/skip")
@access(roles=("admin",))
@sagas.arguments(SkipSagaSchema)
@sagas.response(200, OutcomeSchema)
def skip_step(body: dict[str, Any], saga_id: UUID) -> dict[str, Any]:
    """Declare a step done, or undone, on evidence that the reason states."""
    event = Skipped(step=body["step"], output=body["output"], reason=body["reason"])
    return _act(saga_id, event, body)


@sagas.post("/<id('sag'):saga_id>/abort")
@access(roles=("admin",))
@sagas.arguments(AbortSagaSchema)
@sagas.response(200, OutcomeSchema)
def abort_saga(body: dict[str, Any], saga_id: UUID) -> dict[str, Any]:
    """Undo a saga that has not reached its point of no return."""
    event = Aborted(code="orders.aborted", detail="the shop gave it up", reason=body["reason"])
    return _act(saga_id, event, body)


def _act(saga_id: UUID, event: Event, body: dict[str, Any]) -> dict[str, Any]:
    operator = extension().operator
    with transaction() as session:
        if body["dry_run"]:
            decision = operator.preview(session, saga_id, event)
        else:
            decision = operator.act(session, saga_id, event, actor=actor())
    return _outcome(decision, dry_run=body["dry_run"])


def _outcome(decision: Decision, *, dry_run: bool) -> dict[str, Any]:
    sends = [f"{send.step}.{send.phase}" for send in decision.sends]
    state = decision.state
    return {"dry_run": dry_run, "status": state.status, "sends": sends, "runs": decision.locals}
