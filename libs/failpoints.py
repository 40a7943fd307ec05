"""Named moments at which a test ends the process, to see that what is left is made up for."""

import os
import signal
from pathlib import Path

_file: Path | None = None


def arm(path: str) -> None:
    """From now on this process dies when it passes the moment that the file names; no path, never.

    The file is the caller's switch: one line, `name` or `name subject`; it is gone after the kill,
    so that one line is one death, whichever process it meets.
    """
    global _file  # noqa: PLW0603  # one switch for the process, set before it has threads
    _file = Path(path) if path else None


def failpoint(name: str, subject: str = "") -> None:
    """Pass a named moment; nothing happens unless this process was armed for it."""
    if _file is not None:
        _meet(_file, f"{name} {subject}".rstrip())


def _meet(file: Path, moment: str) -> None:
    try:
        if file.read_text("utf-8").strip() != moment:
            return
        file.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
