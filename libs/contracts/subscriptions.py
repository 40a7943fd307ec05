"""Who listens to what: with the command names the whole topology, known to every process.

A fact is bound to its listeners' queues by whoever starts first, so none is lost to a service that
was not up yet.
"""

from libs.contracts import carts, events, notifications, orders, recommendations, reviews, wishlists
from libs.contracts.accounts import (
    CustomerGroupsChanged,
    CustomerRegistered,
    EmailChanged,
    EmailVerificationRequested,
    PasswordResetRequested,
)
from libs.contracts.catalog import CategoryChanged, ProductChanged
from libs.contracts.events import UserEvents
from libs.contracts.inventory import BackInStock, StockChanged, StockLow, StockMoved
from libs.contracts.orders import (
    OrderCancelled,
    OrderConfirmed,
    OrderLinesSold,
    OrderPlaced,
    ReturnRequested,
    ReturnSettled,
)
from libs.contracts.promotions import BudgetChanged, CouponsChanged, PromotionChanged
from libs.contracts.reviews import RatingChanged
from libs.contracts.wishlists import AlertTriggered
from libs.messaging.message import Fact

SUBSCRIPTIONS: dict[str, tuple[type[Fact], ...]] = {
    "accounts": (
        carts.CustomerDataExported,
        notifications.CustomerDataExported,
        events.CustomerDataExported,
        orders.CustomerDataExported,
        recommendations.CustomerDataExported,
        reviews.CustomerDataExported,
        wishlists.CustomerDataExported,
    ),
    "payments": (orders.OrdersPseudonymized,),
    "catalog": (StockChanged, RatingChanged),
    "inventory": (ProductChanged,),
    "carts": (
        CustomerGroupsChanged,
        ProductChanged,
        StockChanged,
        PromotionChanged,
        CouponsChanged,
        BudgetChanged,
        OrderPlaced,
        OrderCancelled,
        orders.OrdersPseudonymized,
    ),
    "reviews": (OrderConfirmed,),
    "events": (OrderConfirmed,),
    "notifications": (
        *(
            CustomerRegistered,
            AlertTriggered,
            ProductChanged,
            StockChanged,
            EmailChanged,
            EmailVerificationRequested,
            PasswordResetRequested,
        ),
        *(OrderPlaced, OrderConfirmed, OrderCancelled, ReturnRequested, ReturnSettled),
    ),
    "wishlists": (ProductChanged, StockChanged),
    "recommendations": (ProductChanged, OrderConfirmed, UserEvents),
    "reports": (
        *(OrderPlaced, OrderConfirmed, OrderLinesSold, OrderCancelled),
        *(ReturnRequested, ReturnSettled),
        *(ProductChanged, CategoryChanged, StockMoved, StockLow, BackInStock),
    ),
}
