"""What inventory obeys and announces."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from libs.messaging.message import Command, Fact


class StockLine(msgspec.Struct, frozen=True, array_like=True):
    """A quantity of one variant; written as a pair, so that a long order stays a small message."""

    variant_id: UUID
    quantity: int


class ReserveStock(Command, frozen=True, kw_only=True):
    """Hold every line or none. Refused with `inventory.out_of_stock`."""

    wire_name: ClassVar[str] = "inventory.reserve_stock.v1"

    order_id: UUID
    lines: tuple[StockLine, ...]


class ReleaseStock(Command, frozen=True, kw_only=True):
    """Give back what the order holds."""

    wire_name: ClassVar[str] = "inventory.release_stock.v1"

    order_id: UUID


class CommitStock(Command, frozen=True, kw_only=True):
    """Turn the order's holds into stock that has left."""

    wire_name: ClassVar[str] = "inventory.commit_stock.v1"

    order_id: UUID


class StockLevel(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a variant can be promised, over all locations; `version` only grows."""

    variant_id: UUID
    available: int
    version: int


class StockChanged(Fact, frozen=True, kw_only=True):
    """The latest level of each variant that changed lately; changes in between are left out."""

    wire_name: ClassVar[str] = "inventory.stock_changed.v1"

    levels: tuple[StockLevel, ...]


class ReturnStock(Command, frozen=True, kw_only=True):
    """Put returned pieces of a committed order back on the shelf they left."""

    wire_name: ClassVar[str] = "inventory.return_stock.v1"

    order_id: UUID
    return_id: UUID
    lines: tuple[StockLine, ...]


class StockMovement(msgspec.Struct, frozen=True, array_like=True):
    """One entry of the ledger: by how much, why and by what the stock at a location changed."""

    id: int
    kind: str
    reference: UUID
    variant_id: UUID
    location: str
    delta: int
    at: datetime


class StockMoved(Fact, frozen=True, kw_only=True):
    """Entries of the ledger in its order; each entry is announced exactly once."""

    wire_name: ClassVar[str] = "inventory.stock_moved.v1"

    movements: tuple[StockMovement, ...]


class StockLow(Fact, frozen=True, kw_only=True):
    """No more is free at a location than its threshold; told once per crossing."""

    wire_name: ClassVar[str] = "inventory.stock_low.v1"

    variant_id: UUID
    sku: str
    location: str
    available: int
    threshold: int
    at: datetime


class BackInStock(Fact, frozen=True, kw_only=True):
    """A variant that had sold out can be bought again; told once per crossing."""

    wire_name: ClassVar[str] = "inventory.back_in_stock.v1"

    variant_id: UUID
    sku: str
    available: int
    at: datetime
