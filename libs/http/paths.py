"""Identifiers in paths: `/orders/<id('ord'):order_id>` gives the view a UUID, or is a 404."""

from typing import Any
from uuid import UUID

from werkzeug.routing import BaseConverter, Map, ValidationError

from libs import ids


class IdConverter(BaseConverter):
    """A malformed identifier matches no route, so it looks like a thing that does not exist."""

    def __init__(self, url_map: Map, prefix: str) -> None:
        super().__init__(url_map)
        self.prefix = prefix

    def to_python(self, value: str) -> UUID:
        try:
            return ids.from_text(self.prefix, value)
        except ValueError:
            raise ValidationError from None

    def to_url(self, value: Any) -> str:
        return ids.to_text(self.prefix, value)


def id_schema(prefix: str) -> dict[str, Any]:
    """How OpenAPI documents such an identifier."""
    return {"type": "string", "pattern": f"^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"}
