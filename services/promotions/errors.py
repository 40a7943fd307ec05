"""What promotions refuses, and why."""

from libs.errors import Conflict, Invalid, NotFound


class PromotionNotFound(NotFound):
    """No such promotion."""

    code = "promotions.promotion_not_found"


class CouponNotFound(NotFound):
    """No such coupon; for the public also one that has ended, has not begun or is used up."""

    code = "promotions.coupon_not_found"


class CouponExists(Conflict):
    """The code was given out before."""

    code = "promotions.coupon_exists"


class BatchNotFound(NotFound):
    """No such batch of coupons."""

    code = "promotions.batch_not_found"


class BatchUnfinished(Conflict):
    """The codes of the batch are still being made."""

    code = "promotions.batch_unfinished"


class AutomaticPromotion(Conflict):
    """A promotion for everybody has no coupons."""

    code = "promotions.automatic_promotion"


class LimitBelowUse(Conflict):
    """More is used than the new limit or budget allows."""

    code = "promotions.limit_below_use"


class PromotionInvalid(Invalid):
    """The parts of the promotion contradict each other."""

    code = "promotions.promotion_invalid"


class BannerNotFound(NotFound):
    """No such banner."""

    code = "promotions.banner_not_found"


class BannerInvalid(Invalid):
    """The parts of the banner contradict each other."""

    code = "promotions.banner_invalid"


class CouponUnknown(Conflict):
    """An order names a coupon that does not exist."""

    code = "promotions.coupon_unknown"


class CouponExpired(Conflict):
    """An order names a coupon that has ended or has not begun."""

    code = "promotions.coupon_expired"


class CouponUsedUp(Conflict):
    """The coupon's limit, the customer's share of it or the budget is used up."""

    code = "promotions.coupon_used_up"
