"""What reviews announces."""

from typing import ClassVar
from uuid import UUID

from libs.contracts import privacy
from libs.messaging.message import Fact


class RatingChanged(Fact, frozen=True, kw_only=True):
    """How many approved reviews a product has, and their stars added up; `version` only grows."""

    wire_name: ClassVar[str] = "reviews.rating_changed.v1"

    product_id: UUID
    version: int
    count: int
    sum: int


class ExportCustomer(privacy.ExportCustomer, frozen=True, kw_only=True):
    """Announce the customer's reviews."""

    wire_name: ClassVar[str] = "reviews.export_customer.v1"


class CustomerDataExported(privacy.CustomerDataExported, frozen=True, kw_only=True):
    """A slice of what reviews knows of a customer."""

    wire_name: ClassVar[str] = "reviews.customer_data_exported.v1"


class EraseCustomer(privacy.EraseCustomer, frozen=True, kw_only=True):
    """Delete the customer's reviews, and what they reported."""

    wire_name: ClassVar[str] = "reviews.erase_customer.v1"
