"""What reports refuses, and why."""

from libs.errors import Invalid, NotFound


class BadRange(Invalid):
    """The range ends before it begins, or is too long."""

    code = "reports.bad_range"


class RebuildNotFound(NotFound):
    """There is no such rebuild."""

    code = "reports.rebuild_not_found"
