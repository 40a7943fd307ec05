"""What goes in and out over HTTP."""

from typing import Any

import marshmallow as ma

from libs.http import fields
from libs.http.paging import PageArgs
from libs.money import Money


class AmountField(fields.MoneyField):
    """A column of minor units, shown with the currency of its row."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        return super()._serialize(Money(value, obj.currency), attr, obj, **options)


class PaymentFilterSchema(PageArgs):
    """`?order_id=ord_...` narrows the list to one order."""

    order_id = fields.Id("ord", load_default=None)


class PaymentSchema(fields.Schema):
    """An order's money at one provider."""

    id = fields.Id("pay")
    order_id = fields.Id("ord")
    provider = fields.Text()
    status = fields.Text()
    amount = AmountField()
    authorized = AmountField()
    captured = AmountField()
    refunded = AmountField()
    refunding = AmountField()
    decline_code = fields.Text(allow_none=True)
    created_at = fields.Timestamp()
    updated_at = fields.Timestamp()


class PaymentEventSchema(fields.Schema):
    """What the provider said, and whether it was believed."""

    event_id = fields.Text()
    outcome = fields.Text()
    amount = AmountField()
    source = fields.Text()
    verdict = fields.Text()
    reason = fields.Text(allow_none=True)
    occurred_at = fields.Timestamp()
    received_at = fields.Timestamp()


class LedgerEntrySchema(fields.Schema):
    """One side of a movement; the sides of a transaction sum to zero."""

    tx_id = fields.Text()
    account = fields.Text()
    amount = AmountField()
    at = fields.Timestamp()


class PaymentDetailSchema(PaymentSchema):
    """A payment with its whole history."""

    events = ma.fields.List(ma.fields.Nested(PaymentEventSchema))
    ledger = ma.fields.List(ma.fields.Nested(LedgerEntrySchema))


class TakenSchema(fields.Schema):
    """All that a provider is told."""

    taken = ma.fields.Boolean()
