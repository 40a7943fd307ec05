"""What visitors' programs send and get back."""

import re
from typing import Any, NamedTuple
from uuid import UUID

import marshmallow as ma
from marshmallow import validate

from libs.http import fields
from libs.http.parsing import faults_of
from libs.http.problems import FieldFault, FieldFaultSchema

MAX_EVENTS = 500
MAX_QUERY = 120
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST = 1_000_000


class Attempt(NamedTuple):
    """One event of a batch: what was loaded, or what is wrong with it."""

    loaded: dict[str, Any] | None
    faults: list[FieldFault]


class EachAlone(ma.fields.List[Any]):
    """A list in which each item succeeds or fails for itself."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ma.ValidationError("Must be a list.")
        return [self._attempt(item) for item in value]

    def _attempt(self, item: Any) -> Attempt:
        try:
            return Attempt(self.inner.deserialize(item), [])
        except ma.ValidationError as fault:
            return Attempt(None, faults_of({"json": fault.messages}))


class Uuid(ma.fields.UUID):
    """A UUID in its one usual form, made by the visitor's program."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> UUID:
        if not isinstance(value, str) or not _UUID.fullmatch(value):
            raise ma.ValidationError("Must be a UUID in lower case.")
        return UUID(value)


def _kind(name: str) -> ma.fields.String:
    return ma.fields.String(required=True, validate=validate.OneOf([name]))


class _EventSchema(fields.Schema):
    """What every event has."""

    id = Uuid(required=True)
    at = fields.Timestamp(required=True)
    session_id = fields.Text(1, 64, validate=validate.Regexp(r"[A-Za-z0-9._:-]+\Z"))


class _ProductEventSchema(_EventSchema):
    product_id = fields.Id("prd", required=True)
    variant_id = fields.Id("var")


class ViewEventSchema(_ProductEventSchema):
    """A product was looked at."""

    type = _kind("view")


class ClickEventSchema(_ProductEventSchema):
    """A product in a list was clicked."""

    type = _kind("click")


class AddToCartEventSchema(_ProductEventSchema):
    """A product was put into the cart; `price` is that of one piece."""

    type = _kind("add_to_cart")
    quantity = fields.Quantity(maximum=_MOST, load_default=1)
    price = fields.MoneyField()


class SearchEventSchema(_EventSchema):
    """Something was searched for; `results` is how much was found."""

    type = _kind("search")
    query = fields.Text(1, MAX_QUERY, strip=True, required=True)
    results = fields.Integer(minimum=0, maximum=_MOST)


class PurchaseEventSchema(_ProductEventSchema):
    """A product was bought; with `order_id` it counts once with what the order itself tells."""

    type = _kind("purchase")
    order_id = fields.Id("ord")
    quantity = fields.Quantity(maximum=_MOST, load_default=1)
    price = fields.MoneyField()


_EVENT = fields.Variant(
    {
        "view": ViewEventSchema,
        "click": ClickEventSchema,
        "add_to_cart": AddToCartEventSchema,
        "search": SearchEventSchema,
        "purchase": PurchaseEventSchema,
    },
    required=True,
    others="Anything else is reported in the answer by its index.",
)


class EventBatchSchema(fields.Schema):
    """Events of one caller. Without `consent` nobody learns whose they were."""

    consent = fields.Flag(required=True)
    events = EachAlone(_EVENT, required=True, validate=validate.Length(1, MAX_EVENTS))


class RejectedEventSchema(fields.Schema):
    """Why one event of the batch was not taken; pointers begin at that event."""

    index = fields.Integer(required=True)
    errors = ma.fields.List(ma.fields.Nested(FieldFaultSchema), required=True)


class EventReceiptSchema(fields.Schema):
    """What became of a batch: taken now, known before, or rejected."""

    accepted = fields.Integer(required=True)
    repeated = fields.Integer(required=True)
    rejected = ma.fields.List(ma.fields.Nested(RejectedEventSchema), required=True)
