"""What recommendations obeys and announces."""

from typing import ClassVar

from libs.contracts import privacy


class ExportCustomer(privacy.ExportCustomer, frozen=True, kw_only=True):
    """Announce what the customer showed interest in."""

    wire_name: ClassVar[str] = "recommendations.export_customer.v1"


class CustomerDataExported(privacy.CustomerDataExported, frozen=True, kw_only=True):
    """A slice of what recommendations knows of a customer."""

    wire_name: ClassVar[str] = "recommendations.customer_data_exported.v1"


class EraseCustomer(privacy.EraseCustomer, frozen=True, kw_only=True):
    """Delete the customer's history, and its part in what is recommended to others."""

    wire_name: ClassVar[str] = "recommendations.erase_customer.v1"
