"""Refusals of notifications."""

from libs.errors import Conflict, Invalid, NotFound


class MessageNotFound(NotFound):
    """There is no such message, or it is somebody else's."""

    code = "notifications.message_not_found"


class TemplateNotFound(NotFound):
    """No notice of ours is told in these words."""

    code = "notifications.template_not_found"


class BadTemplate(Invalid):
    """The template cannot be used; the detail says where it fails."""

    code = "notifications.bad_template"


class BuiltInTemplate(Conflict):
    """The words that came with the program cannot be withdrawn."""

    code = "notifications.built_in_template"


class DeviceNotFound(NotFound):
    """The caller has registered no such device."""

    code = "notifications.device_not_found"


class NoAddress(Conflict):
    """Nobody knows where the user is reached over this channel."""

    code = "notifications.no_address"


class OptedOut(Conflict):
    """The user does not want to be told this over this channel."""

    code = "notifications.opted_out"


class CannotOptOut(Invalid):
    """What a contract needs told is always told."""

    code = "notifications.cannot_opt_out"


class SuppressionNotFound(NotFound):
    """Mail to that address is not held back."""

    code = "notifications.suppression_not_found"


class EndpointNotFound(NotFound):
    """There is no such webhook endpoint."""

    code = "notifications.endpoint_not_found"


class BadEndpoint(Invalid):
    """Nothing can be sent to that URL; the detail says why."""

    code = "notifications.bad_endpoint"


class TooManyEndpoints(Conflict):
    """No more endpoints may be added."""

    code = "notifications.too_many_endpoints"


class EndpointDisabled(Conflict):
    """Nothing is sent to an endpoint that is switched off."""

    code = "notifications.endpoint_disabled"


class DeliveryNotFound(NotFound):
    """There is no such delivery of an event."""

    code = "notifications.delivery_not_found"
