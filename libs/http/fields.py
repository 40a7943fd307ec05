"""Strict schema fields: nothing is coerced, everything has a bound."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import marshmallow as ma
from marshmallow import validate

from libs import ids
from libs.links import is_link, is_resource
from libs.money import Money

_INT64 = 2**63
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[Zz]|[+-]\d\d:\d\d)")
_MAX_EMAIL = 254
_MAX_ADDRESS = 2000


def _with(options: dict[str, Any], check: Callable[[Any], Any]) -> dict[str, Any]:
    """The options with one more validator in front of the caller's own."""
    own = options.get("validate") or []
    more = list(own) if isinstance(own, (list, tuple)) else [own]
    return options | {"validate": [check, *more]}


class Schema(ma.Schema):
    """The base of every schema: an unknown field is a fault, never ignored."""

    class Meta:
        unknown = ma.RAISE


class Variant(ma.fields.Field[dict[str, Any]]):
    """An object of one of several schemas; the member `type` that all of them have says which.

    `others` documents what becomes of anything else, where the schema around it takes that too.
    """

    def __init__(
        self, schemas: Mapping[str, type[Schema]], *, others: str = "", **options: Any
    ) -> None:
        super().__init__(**options)
        self.others = others
        self.schemas = {name: schema() for name, schema in schemas.items()}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ma.ValidationError("Must be an object.")
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in self.schemas:
            raise ma.ValidationError({"type": [f"Must be one of: {', '.join(self.schemas)}."]})
        loaded: dict[str, Any] = self.schemas[kind].load(value)
        return loaded

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return None if value is None else self.schemas[value["type"]].dump(value)


class Integer(ma.fields.Integer):
    """A JSON integer of 64 bits: never a text, a float or a truth value."""

    def __init__(
        self, *, minimum: int = -_INT64, maximum: int = _INT64 - 1, **options: Any
    ) -> None:
        super().__init__(**_with(options, validate.Range(minimum, maximum)))

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if type(value) is int:
            return value
        raise ma.ValidationError("Must be an integer.")

    def _serialize(self, value: Any, *_: Any, **__: Any) -> int | None:
        return None if value is None else int(value)


class QueryInteger(Integer):
    """An integer of the query string: decimal digits of ASCII and nothing else."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        digits = value.removeprefix("-")
        if len(digits) < 20 and digits.isascii() and digits.isdigit():  # noqa: PLR2004  64 bits
            return int(value)
        raise ma.ValidationError("Must be an integer.")


class Flag(ma.fields.Boolean):
    """true or false: never 1, "yes" or "on"."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise ma.ValidationError("Must be true or false.")


class Quantity(Integer):
    """How many: at least one."""

    def __init__(self, *, maximum: int = 999, **options: Any) -> None:
        super().__init__(minimum=1, maximum=maximum, **options)


class Text(ma.fields.String):
    """Characters, their number bounded; `strip` drops white space around before counting."""

    def __init__(
        self, minimum: int = 1, maximum: int = 255, *, strip: bool = False, **options: Any
    ) -> None:
        super().__init__(**_with(options, validate.Length(minimum, maximum)))
        self._strip = strip

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            raise ma.ValidationError("Must be text.")
        return value.strip() if self._strip else value

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        return value if value is None or isinstance(value, str) else str(value)


class Link(Text):
    """Where people are sent: http(s), mailto, or a place of the shop."""

    def __init__(self, **options: Any) -> None:
        super().__init__(1, _MAX_ADDRESS, **options)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        address = super()._deserialize(value, *args, **kwargs)
        if not is_link(address):
            raise ma.ValidationError("Must be http(s)://..., mailto:... or start with /, # or ?.")
        return address


class PictureAddress(Text):
    """Where a picture is loaded from."""

    def __init__(self, **options: Any) -> None:
        super().__init__(1, _MAX_ADDRESS, **options)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        address = super()._deserialize(value, *args, **kwargs)
        if not is_resource(address):
            raise ma.ValidationError("Must be http(s)://... or start with /.")
        return address


class Email(ma.fields.String):
    """A mail address whose domain is loaded in lower case; the local part stays as given."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str) or len(value) > _MAX_EMAIL:
            raise ma.ValidationError("Must be a mail address.")
        local, _at, domain = value.rpartition("@")
        domain = domain.lower()
        dots = local.startswith(".") or local.endswith(".") or ".." in local
        if dots or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
            raise ma.ValidationError("Must be a mail address.")
        return f"{local}@{domain}"


class Id(ma.fields.Field[UUID]):
    """`ord_01h...` outside, a UUID inside."""

    def __init__(self, prefix: str, **options: Any) -> None:
        super().__init__(**options)
        self.prefix = prefix

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> UUID:
        try:
            return ids.from_text(self.prefix, value)
        except (ValueError, AttributeError):
            raise ma.ValidationError(
                f"Must be an identifier of the form {self.prefix}_..."
            ) from None

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        return None if value is None else ids.to_text(self.prefix, value)


class Currency(ma.fields.String):
    """Three capital letters of ISO 4217."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**_with(options, validate.Regexp(r"[A-Z]{3}\Z")))


class CountryCode(ma.fields.String):
    """Two capital letters of ISO 3166-1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**_with(options, validate.Regexp(r"[A-Z]{2}\Z")))


class Timestamp(ma.fields.Field[datetime]):
    """RFC 3339 with an offset; shown in UTC with milliseconds and `Z`."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        fault = ma.ValidationError("Must be a time such as 2026-01-31T12:00:00.000Z.")
        if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
            raise fault
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise fault from None

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        return None if value is None else rfc3339(value)


def rfc3339(moment: datetime) -> str:
    """`2026-01-31T12:00:00.000Z`; milliseconds are cut, not rounded."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"


class MoneyField(ma.fields.Field[Money]):
    """`{"amount": 1999, "currency": "EUR"}` in minor units; answers add `"decimal": "19.99"`."""

    def __init__(self, *, minimum: int = 0, maximum: int = 10**12, **options: Any) -> None:
        super().__init__(**options)
        self.minimum = minimum
        self.maximum = maximum
        self._schema = _MoneySchema(amount_range=validate.Range(minimum, maximum))

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Money:
        return Money(**self._schema.load(value))

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if value is None:
            return None
        return {"amount": value.amount, "currency": value.currency, "decimal": value.decimal}


class _MoneySchema(Schema):
    amount = Integer(required=True)
    currency = Currency(required=True)

    def __init__(self, amount_range: validate.Range) -> None:
        super().__init__()
        amount = self.fields["amount"]
        # A copy: the list itself is shared by all schemas of this class.
        amount.validators = [*amount.validators, amount_range]
