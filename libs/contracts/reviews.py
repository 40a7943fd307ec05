"""What reviews announces."""

from typing import ClassVar
from uuid import UUID

from libs.messaging.message import Fact


class RatingChanged(Fact, frozen=True, kw_only=True):
    """How many approved reviews a product has, and their stars added up; `version` only grows."""

    wire_name: ClassVar[str] = "reviews.rating_changed.v1"

    product_id: UUID
    version: int
    count: int
    sum: int
