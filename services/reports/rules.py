"""Which moments a range of days covers."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from services.reports.errors import BadRange

MAX_DAYS = 366
Interval = Literal["day", "week", "month"]
INTERVALS: tuple[Interval, ...] = ("day", "week", "month")


class Range(NamedTuple):
    """Days of a time zone, the first and the last included."""

    first: date
    last: date
    timezone: str

    @property
    def start(self) -> datetime:
        """The moment at which the first day begins."""
        return self.midnight(self.first)

    @property
    def end(self) -> datetime:
        """The moment at which the last day is over."""
        return self.midnight(self.last + timedelta(days=1))

    def midnight(self, day: date) -> datetime:
        """When the day begins there, in UTC."""
        local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.timezone))
        return local.astimezone(UTC)


def range_of(first: date, last: date, timezone: str) -> Range:
    """Refused with BadRange if it is not a range, or a longer one than a report covers."""
    if last < first:
        raise BadRange("the last day is before the first")
    if (last - first).days >= MAX_DAYS:
        raise BadRange(f"a report covers at most {MAX_DAYS} days")
    if not date(1970, 1, 1) <= first <= last < date(9999, 1, 1):
        raise BadRange("the days are out of the calendar")
    return Range(first, last, timezone)


def periods(span: Range, interval: Interval) -> list[date]:
    """The first day of each period that begins in the range; the first may be a part of one."""
    days = [span.first + timedelta(days=n) for n in range((span.last - span.first).days + 1)]
    if interval == "week":
        return [day for day in days if day == span.first or day.weekday() == 0]
    if interval == "month":
        return [day for day in days if day == span.first or day.day == 1]
    return days
