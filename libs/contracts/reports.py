"""The ordinary tasks of reports."""

from typing import ClassVar
from uuid import UUID

from libs.messaging.message import Job


class RebuildReports(Job, frozen=True, kw_only=True):
    """Make the projections anew from the log of what was heard."""

    wire_name: ClassVar[str] = "reports.rebuild_reports.v1"

    rebuild_id: UUID
