"""What goes into and comes out of inventory's routes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import marshmallow as ma

from libs import ids
from libs.http.fields import Flag, Id, Integer, Quantity, Schema, Text, Timestamp
from libs.http.paging import PageArgs, page_schema
from services.inventory.models import Movement
from services.inventory.rules.allocation import DEFAULT_LOCATION

MAX_COUNT = 1_000_000_000
_CODE = ma.validate.Regexp(r"[a-z0-9][a-z0-9-]{0,62}\Z", error="Must be like `main-2`.")
_PREFIXES = {
    "sale": "ord",
    "return": "ret",
    "adjustment": "adj",
    "recount": "adj",
    "transfer": "trf",
}


def _reference(movement: Movement) -> str:
    return ids.to_text(_PREFIXES[movement.kind], movement.reference)


class Reference(ma.fields.Field[UUID]):
    """The identifier of whatever moved stock: an order, a return, an adjustment."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> UUID:
        prefix = str(value).rpartition("_")[0]
        try:
            return ids.from_text(prefix, value)
        except (ValueError, AttributeError):
            raise ma.ValidationError("Must be an identifier such as ord_...") from None


class StockArgs(PageArgs):
    """Filters of the stock list."""

    sku = Text(1, 100)
    location = Text(1, 63)


class MovementArgs(PageArgs):
    """Filters of the ledger."""

    sku = Text(1, 100)
    location = Text(1, 63)
    kind = Text(validate=ma.validate.OneOf(sorted(_PREFIXES)))
    reference = Reference()


class StockSchema(Schema):
    """The stock of one variant at one location."""

    id = Id("stk", required=True)
    product_id = Id("prd", required=True, attribute="variant.product_id")
    variant_id = Id("var", required=True)
    sku = Text(required=True, attribute="variant.sku")
    location = Text(required=True, attribute="location.code")
    on_hand = Integer(required=True)
    reserved = Integer(required=True)
    available = Integer(required=True)
    backorder = Flag(required=True)


class ManagedStockSchema(StockSchema):
    """The stock of one variant at one location, as its keeper sees it."""

    threshold = Integer(required=True)
    version = Integer(required=True)


class ChangeStockSchema(Schema):
    """Adjust by `delta` or count to `on_hand`, with a reason; or set how the level is kept."""

    delta = Integer(minimum=-MAX_COUNT, maximum=MAX_COUNT, validate=ma.validate.NoneOf([0]))
    on_hand = Integer(minimum=0, maximum=MAX_COUNT, metadata={"x-instead-of": "delta"})
    reason = Text(1, 200, strip=True)
    threshold = Integer(minimum=0, maximum=MAX_COUNT)
    backorder = Flag()

    @ma.validates_schema
    def _means_one_thing(self, data: Mapping[str, Any], **_: Any) -> None:
        if not data:
            raise ma.ValidationError("Must change something.")
        _check_amount(data)


class AdjustmentLineSchema(Schema):
    """One line of a batch: by how much, or to what, the stock of a sku changes, and why."""

    sku = Text(1, 100, required=True)
    location = Text(1, 63, load_default=DEFAULT_LOCATION)
    delta = Integer(minimum=-MAX_COUNT, maximum=MAX_COUNT, validate=ma.validate.NoneOf([0]))
    on_hand = Integer(minimum=0, maximum=MAX_COUNT, metadata={"x-instead-of": "delta"})
    reason = Text(1, 200, strip=True, required=True)

    @ma.validates_schema
    def _has_one_amount(self, data: Mapping[str, Any], **_: Any) -> None:
        if "delta" not in data and "on_hand" not in data:
            raise ma.ValidationError("Must have delta or on_hand.")
        _check_amount(data)


class AdjustStockSchema(Schema):
    """A batch of adjustments: all are applied, or none."""

    lines = ma.fields.List(
        ma.fields.Nested(AdjustmentLineSchema),
        required=True,
        validate=ma.validate.Length(min=1, max=1000),
    )


class AdjustmentSchema(Schema):
    """A batch that was applied."""

    id = Id("adj", required=True, attribute="reference")
    lines = Integer(required=True)


class MovementSchema(Schema):
    """One entry of the ledger."""

    id = Integer(required=True)
    kind = Text(required=True)
    reference = ma.fields.Function(_reference, required=True, metadata={"type": "string"})
    variant_id = Id("var", required=True)
    sku = Text(required=True, attribute="variant.sku")
    location = Text(required=True, attribute="location.code")
    delta = Integer(required=True)
    reason = Text(allow_none=True)
    actor = Text(allow_none=True)
    at = Timestamp(required=True)


class StockHistorySchema(Schema):
    """One change of a stock level, and what lay there after it."""

    id = Integer(required=True, attribute="movement.id")
    kind = Text(required=True, attribute="movement.kind")
    reference = ma.fields.Function(
        lambda entry: _reference(entry.movement), required=True, metadata={"type": "string"}
    )
    delta = Integer(required=True, attribute="movement.delta")
    balance = Integer(required=True)
    reason = Text(required=True, allow_none=True, attribute="movement.reason")
    actor = Text(required=True, allow_none=True, attribute="movement.actor")
    at = Timestamp(required=True, attribute="movement.at")


class TransferLineSchema(Schema):
    """So many pieces of a sku."""

    sku = Text(1, 100, required=True)
    quantity = Integer(minimum=1, maximum=MAX_COUNT, required=True)


class TransferStockSchema(Schema):
    """What to bring from where to where: all lines are moved, or none."""

    origin = Text(1, 63, required=True, data_key="from")
    destination = Text(1, 63, required=True, data_key="to")
    lines = ma.fields.List(
        ma.fields.Nested(TransferLineSchema),
        required=True,
        validate=ma.validate.Length(min=1, max=500),
    )
    reason = Text(1, 200, strip=True, required=True)


class TransferSchema(Schema):
    """A transfer that was made; its movements carry the identifier."""

    id = Id("trf", required=True, attribute="reference")
    origin = Text(required=True, data_key="from")
    destination = Text(required=True, data_key="to")
    lines = Integer(required=True)
    pieces = Integer(required=True)


class ChangeLocationSchema(Schema):
    """Replaces what is given; a location that is not active promises and serves nothing."""

    name = Text(1, 100, strip=True)
    priority = Integer(minimum=0, maximum=1000)
    active = Flag()


class CreateLocationSchema(Schema):
    """A place to open; the smallest priority is used first."""

    code = ma.fields.String(required=True, validate=_CODE)
    name = Text(1, 100, strip=True, required=True)
    priority = Integer(minimum=0, maximum=1000, load_default=100)


class LocationSchema(Schema):
    """A place that holds stock."""

    id = Id("loc", required=True)
    code = Text(required=True)
    name = Text(required=True)
    priority = Integer(required=True)
    active = Flag(required=True)
    version = Integer(required=True)


class ReservationLineSchema(Schema):
    """So many pieces of a sku."""

    sku = Text(1, 100, required=True)
    quantity = Quantity(required=True)


class ReserveSchema(Schema):
    """What to hold, and for how long."""

    lines = ma.fields.List(
        ma.fields.Nested(ReservationLineSchema),
        required=True,
        validate=ma.validate.Length(min=1, max=100),
    )
    ttl_seconds = Integer(minimum=10, maximum=3600, load_default=900)


class ReservationSchema(Schema):
    """A timed reservation; afterwards its stock is free again."""

    id = Id("rsv", required=True, attribute="reference")
    expires_at = Timestamp(required=True)


StockPageSchema = page_schema(StockSchema)
ManagedStockPageSchema = page_schema(ManagedStockSchema)
MovementPageSchema = page_schema(MovementSchema)
StockHistoryPageSchema = page_schema(StockHistorySchema)
LocationPageSchema = page_schema(LocationSchema)


def _check_amount(data: Mapping[str, Any]) -> None:
    if "delta" in data and "on_hand" in data:
        raise ma.ValidationError("Must not be given beside delta.", "on_hand")
    if ("delta" in data or "on_hand" in data) and not data.get("reason"):
        raise ma.ValidationError("Missing data for required field.", "reason")
    if "reason" in data and "delta" not in data and "on_hand" not in data:
        raise ma.ValidationError("Must have delta or on_hand beside it.", "reason")
