"""What recommendations refuses, and why."""

from libs.errors import NotFound


class UserNotFound(NotFound):
    """Somebody else's recommendations are none of the caller's business."""

    code = "recommendations.user_not_found"
