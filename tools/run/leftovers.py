"""Children that outlived a launcher, because their guards were killed with it."""

from pathlib import Path

from libs.testing.servers.proctree import identity, kill_tree

_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Leftovers:
    """The file that remembers each child by pid, start and boot, so no stranger is ever ended."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._boot = _BOOT.read_text("ascii").strip()

    def remember(self, pid: int) -> None:
        """Note a child that has just been started."""
        with self._file.open("a", encoding="ascii") as notes:
            notes.write(f"{self._boot} {pid} {identity(pid)}\n")

    def end(self) -> None:
        """End what is left of the launcher before, newest first; only with the folder held."""
        if not self._file.exists():
            return
        for line in reversed(self._file.read_text("ascii").splitlines()):
            match line.split():
                case [self._boot, pid, born]:
                    kill_tree(int(pid), born)
        self._file.unlink()
