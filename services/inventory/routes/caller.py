"""Who the ledger names as the author of a change."""

from libs import ids
from libs.http.auth import user_id


def actor() -> str:
    """The calling user's identifier."""
    return ids.to_text("usr", user_id())
