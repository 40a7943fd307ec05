"""What operators send and see of sagas."""

from datetime import timedelta
from typing import Any

import marshmallow as ma

from libs.http.fields import Flag, Id, Integer, QueryInteger, Schema, Text, Timestamp

STATES = ("running", "aborting", "done", "compensated", "needs_attention")


class SagaFilterSchema(Schema):
    """`step` keeps sagas that await that step's answer; `older_than` is in seconds."""

    state = Text(load_default=None, validate=ma.validate.OneOf(STATES))
    type = Text(1, 100, load_default=None)
    step = Text(1, 100, load_default=None)
    older_than = QueryInteger(minimum=0, maximum=10**9, load_default=None)
    after = Id("sag", load_default=None)
    limit = QueryInteger(minimum=1, maximum=100, load_default=20)

    @ma.post_load
    def as_duration(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Seconds as a duration."""
        seconds = data["older_than"]
        return data | {"older_than": None if seconds is None else timedelta(seconds=seconds)}


class SagaSchema(Schema):
    """A saga as it stands."""

    id = Id("sag")
    type = Text()
    definition_version = Integer()
    status = Text()
    version = Integer()
    code = Text(allow_none=True)
    detail = Text(allow_none=True)
    steps = ma.fields.Dict()
    due_at = Timestamp(allow_none=True)
    trace_id = Text(allow_none=True)
    created_at = Timestamp()
    ended_at = Timestamp(allow_none=True)


class SagaEventSchema(Schema):
    """One transition; `actor` is the operator, if one acted."""

    version = Integer()
    at = Timestamp()
    event = Text()
    step = Text(allow_none=True)
    phase = Text(allow_none=True)
    outcome = Text(allow_none=True)
    code = Text(allow_none=True)
    detail = Text(allow_none=True)
    attempt = Integer(allow_none=True)
    sent = ma.fields.List(Text())
    status = Text()
    actor = Text(allow_none=True)


class SagaListSchema(Schema):
    """Sagas, oldest first; `?after=` the last one gives the next."""

    data = ma.fields.List(ma.fields.Nested(SagaSchema))


class SagaDetailSchema(Schema):
    """A saga and its history."""

    saga = ma.fields.Nested(SagaSchema)
    events = ma.fields.List(ma.fields.Nested(SagaEventSchema))


class AbortSagaSchema(Schema):
    """`dry_run` shows what would happen and changes nothing."""

    reason = Text(1, 500, required=True)
    dry_run = Flag(load_default=False)


class RetrySagaSchema(AbortSagaSchema):
    """`body` replaces what the refused step was asked."""

    step = Text(1, 100, required=True)
    body = ma.fields.Dict(load_default=None, allow_none=True)


class SkipSagaSchema(AbortSagaSchema):
    """`output` is what the step's participant would have answered."""

    step = Text(1, 100, required=True)
    output = ma.fields.Dict(load_default=None, allow_none=True)


class OutcomeSchema(Schema):
    """What was decided: the state after it, commands to send, local steps to run."""

    dry_run = Flag()
    status = Text()
    sends = ma.fields.List(Text())
    runs = ma.fields.List(Text())
