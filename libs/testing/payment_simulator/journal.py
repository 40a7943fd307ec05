"""The append-only file behind the simulator: what it answered is in there first."""

import fcntl
import os
from pathlib import Path

import msgspec

from libs.testing.payment_simulator.events import Line


class JournalInUse(Exception):
    """Another simulator writes to this journal."""


class Journal:
    """One JSON line per event. A line is complete before `append` returns.

    Without `fsync` the lines survive the death of the process; with it, that of the machine.
    """

    def __init__(self, path: Path, *, fsync: bool) -> None:
        self._path = path
        self._fsync = fsync
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise JournalInUse(f"another process writes to {path}") from None

    def replay(self) -> list[Line]:
        """Every line so far. A torn last one was never answered for and is cut off."""
        data = self._path.read_bytes()
        whole = data.rfind(b"\n") + 1
        os.ftruncate(self._file, whole)
        decoder = msgspec.json.Decoder(Line)
        return [decoder.decode(line) for line in data[:whole].splitlines()]

    def append(self, line: Line) -> None:
        """Write the line for good, or raise and leave it out."""
        data = msgspec.json.encode(line) + b"\n"
        written = os.write(self._file, data)
        if written != len(data):
            os.ftruncate(self._file, os.fstat(self._file).st_size - written)
            raise OSError(f"the journal {self._path} takes no more")
        if self._fsync:
            os.fsync(self._file)

    def export(self) -> bytes:
        """The file as it is: newline-delimited JSON."""
        return self._path.read_bytes()

    def close(self) -> None:
        """Give the file to the next process."""
        os.close(self._file)
