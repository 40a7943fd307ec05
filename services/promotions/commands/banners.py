"""Create, change and remove banners."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs import clock
from libs.ids import uuid7
from libs.markup import plain
from services.promotions.commands.promotions import VersionCheck
from services.promotions.errors import BannerInvalid, BannerNotFound
from services.promotions.models import Banner

_WORDS = ("title", "text", "image_alt")


def create_banner(session: Session, values: Mapping[str, Any]) -> Banner:
    """Put a banner at a position. Refused with BannerInvalid."""
    now = clock.now()
    banner = Banner(**_safe(values), id=uuid7(), created_at=now, updated_at=now)
    _require_sound(banner)
    session.add(banner)
    session.flush()
    return banner


def change_banner(
    session: Session, banner_id: UUID, changes: Mapping[str, Any], check: VersionCheck
) -> Banner:
    """Replace what is given. Refused with BannerInvalid."""
    banner = _lock_banner(session, banner_id)
    check(banner.version)
    for name, value in _safe(changes).items():
        setattr(banner, name, value)
    _require_sound(banner)
    banner.version += 1
    banner.updated_at = clock.now()
    return banner


def delete_banner(session: Session, banner_id: UUID, check: VersionCheck) -> None:
    """Remove the banner for good."""
    banner = _lock_banner(session, banner_id)
    check(banner.version)
    session.delete(banner)


def _lock_banner(session: Session, banner_id: UUID) -> Banner:
    banner = session.scalar(select(Banner).where(Banner.id == banner_id).with_for_update())
    if banner is None:
        raise BannerNotFound("there is no such banner")
    return banner


def _safe(values: Mapping[str, Any]) -> dict[str, Any]:
    """Words are shown as they are, so no markup is kept in them."""
    return {
        name: plain(value) if name in _WORDS and value is not None else value
        for name, value in values.items()
    }


def _require_sound(banner: Banner) -> None:
    if not banner.title:
        raise BannerInvalid("a banner has a title besides its markup")
    if banner.image_alt and not banner.image_url:
        raise BannerInvalid("image_alt describes an image, so there is an image_url")
    if banner.starts_at and banner.ends_at and banner.ends_at <= banner.starts_at:
        raise BannerInvalid("a banner ends after it starts")
