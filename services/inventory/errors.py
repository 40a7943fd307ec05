"""Refusals of inventory."""

from libs.errors import Conflict, Invalid, NotFound


class OutOfStock(Conflict):
    """Some lines cannot be served; `skus` names them."""

    code = "inventory.out_of_stock"


class BadQuantity(Invalid):
    """A line asks for less than one piece."""

    code = "inventory.bad_quantity"


class NothingHeld(Conflict):
    """The order holds nothing that could be sold, and nothing was sold to it."""

    code = "inventory.nothing_held"


class ReturnExceedsSale(Conflict):
    """More pieces would come back than the order took."""

    code = "inventory.return_exceeds_sale"


class StockNotFound(NotFound):
    """There is no such stock level."""

    code = "inventory.stock_not_found"


class ReservationNotFound(NotFound):
    """There is no such timed reservation."""

    code = "inventory.reservation_not_found"


class LocationTaken(Conflict):
    """Another location has this code."""

    code = "inventory.location_taken"


class LocationNotFound(NotFound):
    """There is no such location."""

    code = "inventory.location_not_found"


class LocationInUse(Conflict):
    """The location holds or has held stock, or new variants begin there."""

    code = "inventory.location_in_use"


class TransferRefused(Invalid):
    """Some lines cannot be moved, so none was; `errors` says what is wrong with each."""

    code = "inventory.transfer_refused"


class AdjustmentRefused(Invalid):
    """Some lines cannot be applied, so none was; `errors` says what is wrong with each."""

    code = "inventory.adjustment_refused"


class BackorderInUse(Conflict):
    """More is promised than lies on the shelf, so backorders cannot be switched off now."""

    code = "inventory.backorder_in_use"
