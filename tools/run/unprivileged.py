"""PostgreSQL refuses to run as root: where its files must lie for the user that runs it instead."""

import hashlib
import pwd
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

from libs.testing.servers.programs import unprivileged_user

_OUTSIDE = Path("/var/lib")


class Quarters:
    """Data folder and programs of a server that runs as `user` (None: as whoever we are).

    A checkout below /root is closed to every other user. Then, and only then, data and a copy of
    the programs lie in /var/lib, and the usual place is a link to them.
    """

    def __init__(self, usual: Path, packages: Path, parts: Sequence[str]) -> None:
        """The programs are in `bin` of the first part; the others are what they need beside it."""
        self.user = unprivileged_user("postgres")
        self._usual = usual
        self._packages = packages
        self._parts = parts

    def data(self) -> Path:
        """The data folder's final path; its parent exists."""
        if self._usual.is_symlink():
            return self._usual.resolve()
        if not self.user or _open_to_all(self._usual.parent):
            return self._usual
        home = _outside(self._usual)
        self._usual.symlink_to(home / "data")
        return home / "data"

    def programs(self) -> Path:
        """A folder with the programs, which the user may run."""
        programs = Path(self._parts[0], "bin")
        here = self._packages / programs
        if not self.user or all(map(_open_to_all, here.iterdir())):
            return here
        copy = _outside(self._usual) / "programs"
        if not copy.exists():
            half = copy.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            for part in self._parts:
                shutil.copytree(self._packages / part, half / part)
            _open(half)
            half.rename(copy)
        return copy / programs

    def give(self, path: Path) -> None:
        """Let the user own a file or folder."""
        if self.user:
            shutil.chown(path, self.user, pwd.getpwnam(self.user).pw_gid)


def _open_to_all(path: Path) -> bool:
    """Whether any user may enter the folder, or read and run the program."""
    needed = stat.S_IXOTH if path.is_dir() else stat.S_IXOTH | stat.S_IROTH
    entered = all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
    return entered and path.stat().st_mode & needed == needed


def _open(folder: Path) -> None:
    """Let everybody read it all and run what its owner may run."""
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | stat.S_IRGRP | stat.S_IROTH | (0o111 if mode & stat.S_IXUSR else 0))


def _outside(usual: Path) -> Path:
    digest = hashlib.sha256(str(usual).encode()).hexdigest()[:12]
    home = _OUTSIDE / f"argosy-{digest}"
    home.mkdir(mode=0o755, exist_ok=True)
    return home
