"""What a review may say, and what a decision does to the stars that count."""

import re

from libs.markup import plain

MAX_TEXT = 5_000
MAX_REASON = 500
STARS = (1, 5)
STATES = ("pending", "approved", "rejected")
MODERATORS = ("admin", "moderator")

# Controls and what turns the direction of the text around it; a line break and a tab may stay.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Plain text: no markup, no characters that nobody sees, line breaks of one kind."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain(_UNSEEN.sub("", lines))


def average(count: int, total: int) -> float | None:
    """The mean of the stars to two decimals; None where there are none."""
    return round(total / count, 2) if count else None


def counted(state: str, stars: int) -> tuple[int, int]:
    """What a review in that state adds to count and sum: only approved ones do."""
    return (1, stars) if state == "approved" else (0, 0)
