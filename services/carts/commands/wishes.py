"""Turn what a buyer asks for into positions of a cart."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs.ids import to_text, uuid7
from services.carts.errors import PriceMissing, SkuUnknown
from services.carts.models.items import find_offers
from services.carts.rules.readiness import Offer, Position


@dataclass(frozen=True)
class Wish:
    """So many of a variant, named by exactly one of `sku` and `variant_id`."""

    quantity: int
    sku: str | None = None
    variant_id: UUID | None = None


def new_positions(session: Session, currency: str, wishes: Sequence[Wish]) -> list[Position]:
    """One position per variant, its wishes summed up; SkuUnknown, PriceMissing."""
    skus = {wish.sku for wish in wishes if wish.sku is not None}
    ids = {wish.variant_id for wish in wishes if wish.variant_id is not None}
    offers: dict[UUID | str, Offer] = {}
    for offer in find_offers(session, currency, ids, skus):
        offers |= {offer.variant_id: offer, offer.sku: offer}
    _require_known(offers, wishes)
    quantities: dict[UUID, int] = {}
    for wish in wishes:
        variant_id = offers[_name(wish)].variant_id
        quantities[variant_id] = quantities.get(variant_id, 0) + wish.quantity
    chosen = [(offers[variant_id], quantity) for variant_id, quantity in quantities.items()]
    if unpriced := [offer.sku for offer, _ in chosen if offer.price_minor is None]:
        raise PriceMissing(unpriced, currency)
    return [_position(offer, quantity) for offer, quantity in chosen]


def add_positions(
    present: Sequence[Position], more: Sequence[Position]
) -> tuple[list[Position], list[Position]]:
    """All positions with the new ones added to them, and those among them that changed."""
    together = {position.variant_id: position for position in present}
    for position in more:
        before = together.get(position.variant_id)
        together[position.variant_id] = (
            msgspec.structs.replace(
                before,
                quantity=before.quantity + position.quantity,
                seen_minor=position.seen_minor,
            )
            if before
            else position
        )
    return list(together.values()), [together[position.variant_id] for position in more]


def _require_known(offers: dict[UUID | str, Offer], wishes: Sequence[Wish]) -> None:
    unknown = {_name(wish) for wish in wishes} - offers.keys()
    if unknown:
        raise SkuUnknown(to_text("var", n) if isinstance(n, UUID) else n for n in unknown)


def _name(wish: Wish) -> UUID | str:
    return wish.variant_id if wish.variant_id is not None else wish.sku or ""


def _position(offer: Offer, quantity: int) -> Position:
    return Position(
        item_id=uuid7(),
        variant_id=offer.variant_id,
        quantity=quantity,
        seen_minor=offer.price_minor or 0,
        offer=offer,
    )
