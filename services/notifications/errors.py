"""Refusals of notifications."""

from libs.errors import Invalid, NotFound


class MessageNotFound(NotFound):
    """There is no such message, or it is somebody else's."""

    code = "notifications.message_not_found"


class TemplateNotFound(NotFound):
    """No notice of ours is told in these words."""

    code = "notifications.template_not_found"


class BadTemplate(Invalid):
    """The template cannot be used; the detail says where it fails."""

    code = "notifications.bad_template"
