"""Data for templates, bounded as a whole."""

from typing import Any

import marshmallow as ma
import msgspec

MAX_BYTES = 16_384


class DataField(ma.fields.Dict):
    """A JSON object of at most 16 KiB; what is in it is the template's business."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ma.ValidationError("Must be an object.")
        if len(msgspec.json.encode(value)) > MAX_BYTES:
            raise ma.ValidationError(f"Must be at most {MAX_BYTES} bytes of JSON.")
        return value
