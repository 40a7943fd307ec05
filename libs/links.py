"""Which addresses what the shop shows may lead to: http(s), mail, or places of the shop itself."""

import re
from urllib.parse import urlsplit

# Browsers drop or turn these around before they read the address, so nothing may hide behind them.
_TREACHEROUS = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029]")
_MAIL = re.compile(r"mailto:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}(?:\?.*)?")


def is_link(address: str) -> bool:
    """Whether people may be sent there."""
    if address.startswith(("#", "?", "mailto:")):
        is_whole = address[0] in "#?" or _MAIL.fullmatch(address) is not None
        return is_whole and not _TREACHEROUS.search(address)
    return is_resource(address)


def is_resource(address: str) -> bool:
    """Whether a picture may be loaded from there: http(s), or a path of the shop itself.

    A name or a password in the address would show another host than the one it leads to.
    """
    if _TREACHEROUS.search(address):
        return False
    if address.startswith("/"):
        return not address.startswith("//")
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  reading it is what checks it
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
