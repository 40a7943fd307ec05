"""An SMTP server for tests that answers by a script and keeps a journal of what it accepted."""

import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Literal

# What one connection meets: a mail is accepted; RCPT or the whole mail is answered with a code; the
# server says nothing more; it accepts the mail and is gone before it says so.
Act = Literal["accept", "silence", "vanish"] | int


@dataclass(frozen=True)
class Accepted:
    """A mail that the server took responsibility for."""

    recipients: tuple[str, ...]
    message: EmailMessage


class SmtpServer(socketserver.ThreadingTCPServer):
    """Each connection plays the next act; after the last one every mail is accepted."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, acts: Sequence[Act] = ()) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.journal: list[Accepted] = []
        self.connections = 0
        self.closing = threading.Event()
        self._acts = list(acts)
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def next_act(self) -> Act:
        """The act of a new connection."""
        with self._lock:
            self.connections += 1
            return self._acts.pop(0) if self._acts else "accept"


class _Conversation(socketserver.StreamRequestHandler):
    server: SmtpServer

    def handle(self) -> None:
        self._act = self.server.next_act()
        self._recipients: list[str] = []
        if self._act == "silence":
            self.server.closing.wait()
            return
        self._say("220 test")
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            if not self._obey(line):
                return

    def _obey(self, line: str) -> bool:
        verb = line.upper()
        if verb.startswith("RCPT"):
            return self._recipient(line)
        if verb == "DATA":
            return self._data()
        self._say("221 bye" if verb == "QUIT" else "250 ok")
        return verb != "QUIT"

    def _recipient(self, line: str) -> bool:
        if isinstance(self._act, int):
            self._say(f"{self._act} as the script says")
        else:
            self._recipients.append(line.partition("<")[2].partition(">")[0])
            self._say("250 ok")
        return True

    def _data(self) -> bool:
        self._say("354 go on")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), EmailMessage, policy=policy.SMTP)
        self.server.journal.append(Accepted(tuple(self._recipients), message))
        if self._act == "vanish":
            return False
        self._say("250 accepted")
        return True

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def smtp_server(*acts: Act) -> Iterator[SmtpServer]:
    """A running server that plays these acts."""
    with SmtpServer(acts) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
