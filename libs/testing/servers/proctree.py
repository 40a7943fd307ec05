"""A process and everything below it, read from /proc and ended by pid."""

import os
import signal
import time
from pathlib import Path

_STATE, _PARENT, _STARTED = 0, 1, 19


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the state on; the name before them may hold spaces."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return []


def identity(pid: int) -> str:
    """What tells this process from a later one with the same pid; empty when it is gone."""
    fields = _stat(pid)
    return fields[_STARTED] if fields and fields[_STATE] != "Z" else ""


def descendants(root: int) -> list[int]:
    """Every process below `root`, parents before children; sessions and groups play no part."""
    children: dict[int, list[int]] = {}
    for pid in (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        if fields := _stat(pid):
            children.setdefault(int(fields[_PARENT]), []).append(pid)
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found[1:]


def kill_tree(root: int, started: str, wait_seconds: float = 10.0) -> None:
    """SIGKILL `root` and all below it, if `root` still is the process that started then.

    The root is stopped first, so that it starts no child that escapes the list.
    """
    if not started or identity(root) != started:
        return
    _signal(root, signal.SIGSTOP)
    doomed = {pid: identity(pid) for pid in (root, *descendants(root))}
    for pid in doomed:
        _signal(pid, signal.SIGKILL)
    until = time.monotonic() + wait_seconds
    while any(born and identity(pid) == born for pid, born in doomed.items()):
        if time.monotonic() > until:
            raise TimeoutError(f"process {root} or one below it outlived SIGKILL")
        time.sleep(0.01)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
