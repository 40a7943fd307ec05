"""Which addresses may be reached on behalf of strangers, and what their URLs may look like."""

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

MAX_URL = 2000
_PORTS = {"http": 80, "https": 443}
# Below 1024 live mail, databases' old ports and other protocols that a request could be read as.
_FIRST_FREE_PORT = 1024
# Public by their class, yet not the internet: relays, tunnels and translators lead elsewhere.
_DETOURS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
        "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16",
        "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
    )
)  # fmt: skip


class BadUrl(ValueError):
    """The URL can never be called, whoever stands behind it; the text says why."""


@dataclass(frozen=True)
class Target:
    """A URL in its parts, read once, so that nothing is read differently later."""

    scheme: Literal["http", "https"]
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The `Host` header."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"


def parse(url: str, private_hosts: Collection[str] = ()) -> Target:
    """The parts of a URL, or BadUrl. Plain http and any port are for `private_hosts` alone.

    A host that is written as an address is judged at once; a name is judged when it is resolved.
    """
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or {" ", "\\"} & set(url):
        raise BadUrl(f"must be at most {MAX_URL} printable ASCII characters without spaces")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise BadUrl("must be an absolute URL") from None
    if parts.scheme not in _PORTS or not host:
        raise BadUrl("must be an absolute https:// URL")
    if "@" in parts.netloc:
        raise BadUrl("must not hold a user or a password")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
    target = Target(scheme, host, _PORTS[scheme] if port is None else port, path)
    if host not in private_hosts:
        _check_public(target)
    return target


def _check_public(target: Target) -> None:
    if target.scheme != "https":
        raise BadUrl("must be an https:// URL")
    if target.port != _PORTS["https"] and target.port < _FIRST_FREE_PORT:
        raise BadUrl(f"must use port 443 or one from {_FIRST_FREE_PORT} up")
    address = literal(target.host)
    if target.host == "localhost" or (address and not is_public(address)):
        raise BadUrl("must not lead to a private address")


def literal(host: str) -> str | None:
    """The address that a host is another way of writing, decimal and octal ones included."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return None
    return str(found[0][4][0])


def is_public(address: str) -> bool:
    """Whether the address is one of the public internet, reached without a detour."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    # Versions of Python differ about single networks, so every word has to agree.
    special = (
        found.is_private, found.is_loopback, found.is_link_local, found.is_multicast,
        found.is_reserved, found.is_unspecified, not found.is_global,
    )  # fmt: skip
    return not any(special) and not any(found in detour for detour in _DETOURS)
