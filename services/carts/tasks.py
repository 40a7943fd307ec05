"""What carts hears of other services, its part in the order's saga, and its periodic work."""

from sqlalchemy.orm import Session

from libs.contracts.accounts import CustomerGroupsChanged
from libs.contracts.carts import CloseCart, CustomerDataExported, EraseCustomer, ExportCustomer
from libs.contracts.catalog import ProductChanged
from libs.contracts.inventory import StockChanged
from libs.contracts.orders import OrderCancelled, OrderPlaced, OrdersPseudonymized
from libs.contracts.promotions import BudgetChanged, CouponsChanged, PromotionChanged
from libs.messaging.tasks import Tasks
from libs.privacy import Words, take_part
from libs.service import service_settings
from services.carts.commands import carts, freeze, privacy, projections
from services.carts.settings import CartsSettings

CARTS_PER_RUN = 200

tasks = Tasks("carts")
take_part(
    tasks,
    Words(export=ExportCustomer, exported=CustomerDataExported, erase=EraseCustomer),
    collect=privacy.collect_customer,
    forget=privacy.erase_customer,
)


@tasks.fact(OrdersPseudonymized)
def forget_ordered_carts(session: Session, fact: OrdersPseudonymized) -> None:
    """A guest's cart is known by its order alone."""
    privacy.forget_ordered(session, fact.order_ids)


@tasks.command(CloseCart, refuses_before_writing=True)
def close_cart(session: Session, message: CloseCart) -> None:
    """The order is paid: its cart is done. Never refused."""
    freeze.close_cart(session, message.cart_id, message.order_id)


@tasks.fact(OrderPlaced)
def hold_cart(session: Session, fact: OrderPlaced) -> None:
    """The order exists: its cart stays frozen."""
    freeze.hold_cart(session, fact.order_id)


@tasks.fact(OrderCancelled)
def reopen_cart(session: Session, fact: OrderCancelled) -> None:
    """The order ended: its buyer may try again with the same cart."""
    freeze.reopen_cart(session, fact.order_id)


@tasks.fact(ProductChanged)
def project_product(session: Session, fact: ProductChanged) -> None:
    """Know what is sold at which price."""
    projections.project_product(session, fact)


@tasks.fact(StockChanged)
def project_stock(session: Session, fact: StockChanged) -> None:
    """Know what can be promised."""
    projections.project_stock(session, fact)


@tasks.fact(PromotionChanged)
def project_promotion(session: Session, fact: PromotionChanged) -> None:
    """Know what is taken off."""
    projections.project_promotion(session, fact)


@tasks.fact(CouponsChanged)
def project_coupons(session: Session, fact: CouponsChanged) -> None:
    """Know which codes earn it."""
    projections.project_coupons(session, fact)


@tasks.fact(BudgetChanged)
def project_budget(session: Session, fact: BudgetChanged) -> None:
    """Know how much may still be taken off."""
    projections.project_budget(session, fact)


@tasks.fact(CustomerGroupsChanged)
def project_groups(session: Session, fact: CustomerGroupsChanged) -> None:
    """Know who gets what only some customers get."""
    projections.project_groups(session, fact)


@tasks.every(seconds=60)
def expire_carts(session: Session) -> int:
    """Throw away carts that nobody came back to."""
    return carts.expire_carts(
        session, days=service_settings(CartsSettings).idle_days, limit=CARTS_PER_RUN
    )
