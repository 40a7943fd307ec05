"""A client for URLs that strangers name: one resolved, judged and pinned address per request."""

import socket
import ssl
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse

from libs.outbound.addresses import Target, is_public, parse
from libs.outbound.resolving import Resolve, system_addresses, within


class OutboundFailed(Exception):
    """There is no answer; the text says why and quotes nothing that was sent or received."""


class ForbiddenAddress(OutboundFailed):
    """The name leads to an address that must not be reached."""


@dataclass(frozen=True)
class Limits:
    """How long and how much: seconds for the name and for all the rest, bytes of the answer."""

    resolve_seconds: float = 3.0
    connect_seconds: float = 3.0
    total_seconds: float = 10.0
    answer_bytes: int = 65_536


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status; redirects are answers. `complete` if nothing was cut.

    Names of headers are in lower case.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    complete: bool


class OutboundClient:
    """Calls https URLs of the public internet, and `private_hosts` by any of them.

    A name is resolved once; if any of its addresses is not public, nothing is sent. The connection
    goes to just that address, so a second answer of the name server changes nothing. Redirects are
    not followed, proxies not asked, bodies not decompressed.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        private_hosts: Collection[str] = (),
        resolve: Resolve = system_addresses,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._private_hosts = frozenset(private_hosts)
        self._limits = limits
        self._resolve = resolve
        self._given_trust = trust

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Made for the first encrypted call: reading all authorities takes a while."""
        return self._given_trust or ssl.create_default_context()

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """One request over a connection of its own. Raises BadUrl or OutboundFailed."""
        target = parse(url, self._private_hosts)
        address = self._address(target)
        sent = {"Host": target.authority, "Accept-Encoding": "identity", **(headers or {})}
        try:
            raw = socket.create_connection((address, target.port), self._limits.connect_seconds)
            with closing(raw), _deadline(raw, self._limits.total_seconds):
                return self._exchange(raw, target, method, sent, body)
        except (OSError, HTTPException) as fault:
            raise OutboundFailed(f"there was no answer: {_reason(fault)}") from fault

    def _address(self, target: Target) -> str:
        try:
            found = within(self._limits.resolve_seconds, self._resolve, target.host, target.port)
        except OSError as fault:
            raise OutboundFailed("the host's name leads nowhere") from fault
        if not found:
            raise OutboundFailed("the host's name leads nowhere")
        if target.host not in self._private_hosts and not all(map(is_public, found)):
            raise ForbiddenAddress("the host's name leads to a private address")
        return found[0]

    def _exchange(
        self,
        raw: socket.socket,
        target: Target,
        method: str,
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        raw.settimeout(self._limits.total_seconds)
        connection = HTTPConnection(target.host, target.port)
        connection.sock = (
            self._trust.wrap_socket(raw, server_hostname=target.host)
            if target.scheme == "https"
            else raw
        )
        with closing(connection):
            connection.request(method, target.path, body or None, dict(headers))
            return self._read(connection.getresponse())

    def _read(self, response: HTTPResponse) -> Answer:
        wanted = self._limits.answer_bytes
        body = response.read(wanted + 1)
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, body[:wanted], complete=len(body) <= wanted)


@contextmanager
def _deadline(raw: socket.socket, seconds: float) -> Iterator[None]:
    """End the connection when the time is over, however steadily the other side drips bytes."""
    passed = threading.Event()
    # The encrypted socket takes the descriptor over, so the end is made through a second one.
    handle = raw.dup()

    def end() -> None:
        passed.set()
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
        if passed.is_set():
            raise TimeoutError
    except (OSError, HTTPException) as fault:
        raise TimeoutError if passed.is_set() else fault from fault
    finally:
        timer.cancel()
        handle.close()


def _reason(fault: Exception) -> str:
    """In our own words: a fault's sentence may quote what the other side sent."""
    match fault:
        case TimeoutError():
            return "it took too long"
        case ssl.SSLCertVerificationError():
            return "its certificate is not valid"
        case ssl.SSLError():
            return "no encrypted connection came about"
        case ConnectionRefusedError():
            return "the connection was refused"
        case OSError():
            return "the connection was lost"
    return "it was not HTTP"
