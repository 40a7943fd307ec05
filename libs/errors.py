"""Refusals: business facts that a caller can act on. They know nothing of HTTP or messages."""

from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal with a stable code; whatever the refused work wrote is rolled back."""

    code: ClassVar[str] = "refused"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class NotFound(DomainError):
    """The thing does not exist, or is none of the caller's business."""

    code = "not_found"


class Conflict(DomainError):
    """The state of the thing forbids what was asked."""

    code = "conflict"


class Forbidden(DomainError):
    """The caller is known, and may not."""

    code = "forbidden"


class Unauthenticated(DomainError):
    """The caller did not prove who they are."""

    code = "unauthenticated"


class Invalid(DomainError):
    """The request is well formed and means nothing that could be done."""

    code = "invalid"


class Unavailable(DomainError):
    """A dependency is down; the same request may succeed later."""

    code = "unavailable"
