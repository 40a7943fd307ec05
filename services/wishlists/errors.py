"""What wishlists refuses, and why."""

from uuid import UUID

from libs.errors import Conflict, Invalid, NotFound
from libs.ids import to_text


class WishlistNotFound(NotFound):
    """There is no such list, it is somebody else's, or its link was revoked."""

    code = "wishlists.wishlist_not_found"


class ItemNotFound(NotFound):
    """The list has no such item."""

    code = "wishlists.item_not_found"


class AlertNotFound(NotFound):
    """The item waits for nothing of that kind."""

    code = "wishlists.alert_not_found"


class NameTaken(Conflict):
    """The customer has a list of that name."""

    code = "wishlists.name_taken"


class TooManyLists(Conflict):
    """The customer has as many lists as one may have."""

    code = "wishlists.too_many_lists"

    def __init__(self, limit: int) -> None:
        super().__init__(f"a customer has at most {limit} lists", limit=limit)


class TooManyItems(Conflict):
    """The customer has as many items as one may have, over all lists."""

    code = "wishlists.too_many_items"

    def __init__(self, limit: int) -> None:
        super().__init__(f"a customer has at most {limit} items in all lists", limit=limit)


class ItemExists(Conflict):
    """The article is in the list already."""

    code = "wishlists.item_exists"

    def __init__(self, item_id: UUID) -> None:
        super().__init__("the article is in the list already", item_id=to_text("itm", item_id))


class ArticleUnknown(Invalid):
    """Nothing is sold under that id."""

    code = "wishlists.article_unknown"


class InStock(Conflict):
    """There is nothing to wait for: the article can be bought now."""

    code = "wishlists.in_stock"


class PriceReached(Conflict):
    """There is nothing to wait for: the article costs no more than that now."""

    code = "wishlists.price_reached"


class PriceMissing(Invalid):
    """The article has no price in that currency."""

    code = "wishlists.price_missing"
