"""`python3 -m tools.images.inside.rootfs FOLDER`: gathers what a service needs to run.

Runs in the builder. The folder gets the interpreter, the virtual environment, every library that
either is linked to, certificates, time zones, and Debian's record of exactly these files: no shell,
no package manager, no other program.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from tools.images.inside.dpkg import Database
from tools.images.inside.elf import is_elf, libraries
from tools.images.inside.seal import seal

VENV = Path("/opt/argosy/venv")
# What no link tells: data, and the library that the C library loads when a thread ends.
PACKAGES = ("base-files", "ca-certificates", "libgcc-s1", "netbase", "tzdata")
# Made by the packages' scripts, so that no package owns it.
_GENERATED = (Path("/etc/ssl/certs/ca-certificates.crt"),)
_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_PROGRAMS = {
    *(Path(root, name) for root in ("/", "/usr", "/usr/local") for name in ("bin", "sbin")),
    *(Path("/usr/games"), VENV / "bin"),
}
# Parts of the standard library that install, compile or draw; Debian has some as own packages.
_UNUSED_MODULES = {
    *("distutils", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "site-packages", "test"),
    *("tkinter", "turtledemo", "dist-packages", "__pycache__"),
}
# Extension modules for terminals, NIS and old databases, and with them the libraries they need.
_UNUSED_EXTENSIONS = {"_curses", "_curses_panel", "_dbm", "_gdbm", "_tkinter", "nis", "readline"}
_UNUSED_DATA = ("/etc/cron", "/etc/profile.d", "/etc/update-motd.d", "/usr/share/python3/")
_UNUSED_SHARE = {"bug", "doc-base", "info", "lintian", "locale", "man", "menu", "pixmaps"}
_LOCAL_LIBRARIES = Path("/usr/local/lib")
_USERS = "root:x:0:0:root:/root:\nargosy:x:65532:65532:Argosy:/tmp:\n"
_GROUPS = "root:x:0:\nargosy:x:65532:\n"


class RootFolder:
    """The tree that becomes the image, and which package each of its files came from."""

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder
        self._database = database
        self._stdlib = Path(sysconfig.get_path("stdlib"))
        self._interpreter = set(_chain(VENV / "bin" / "python"))
        self._owners = {
            _real(path): package.name
            for package in database.packages.values()
            for path in database.files(package)
            if not path.is_dir()
        }

    def gather(self) -> None:
        """Copy everything."""
        for name in _MERGED:
            if (link := Path("/", name)).is_symlink():
                self._copy(link)
        needed = {*self._interpreter, *self._modules()}
        environment = {path for path in VENV.rglob("*") if path.is_file() and self._is_useful(path)}
        linked = [path for path in needed | environment if path.is_file() and is_elf(path)]
        needed |= {_real(path) for library in libraries(linked) for path in _chain(library)}
        packages = {*PACKAGES, *(self._owners[path] for path in needed if path in self._owners)}
        for path in environment | {path for path in needed if path not in self._owners}:
            self._copy(path)
        for path in _GENERATED:
            self._copy(path)
        self._database.record({name: self._take(name) for name in packages}, self._folder)

    def finish(self) -> None:
        """Write what depends on the whole: users, the library index, one age for all."""
        (self._folder / "etc/passwd").write_text(_USERS, "ascii")
        (self._folder / "etc/group").write_text(_GROUPS, "ascii")
        # Where the public images have their Python; the system's own folders need no word.
        (self._folder / _LOCAL_LIBRARIES.relative_to("/")).mkdir(parents=True, exist_ok=True)
        subprocess.run(  # noqa: S603 - the system's own program
            ["/sbin/ldconfig", "-X", "-r", self._folder, _LOCAL_LIBRARIES], timeout=60, check=True
        )
        shutil.rmtree(self._folder / "var/cache", ignore_errors=True)
        (self._folder / "tmp").mkdir(exist_ok=True)
        (self._folder / "tmp").chmod(0o1777)
        seal(self._folder)

    def _modules(self) -> Iterator[Path]:
        for folder, folders, files in os.walk(self._stdlib):
            folders[:] = [name for name in folders if not self._is_unused(Path(folder, name))]
            paths = (_real(Path(folder, name)) for name in files)
            yield from (path for path in paths if not self._is_unused(path))

    def _is_unused(self, path: Path) -> bool:
        """Whether a part of the standard library is of no use in a running service."""
        if path.parent == self._stdlib / "lib-dynload":
            return path.name.partition(".")[0] in _UNUSED_EXTENSIONS
        name = path.name
        return path.parent == self._stdlib and (
            name in _UNUSED_MODULES or name.startswith("config-")
        )

    def _take(self, name: str) -> list[Path]:
        """Copy the useful files of a package, and return them as the package calls them."""
        taken = []
        for path in self._database.files(self._database.packages[name]):
            if self._is_useful(path) and os.path.lexists(path):
                self._copy(_real(path))
                taken.append(path)
        return taken

    def _is_useful(self, path: Path) -> bool:
        real = _real(path)
        if real.parent in _PROGRAMS:
            return real in self._interpreter
        if any(self._is_unused(part) for part in (real, *real.parents)):
            return False
        if path.is_relative_to("/usr/share/doc"):
            return path.name == "copyright" or (path.is_dir() and not path.is_symlink())
        parts = path.parts[1:]
        if parts[:2] == ("usr", "share") and len(parts) > 2 and parts[2] in _UNUSED_SHARE:  # noqa: PLR2004 - /usr/share/x
            return False
        return "gconv" not in parts and not str(path).startswith(_UNUSED_DATA)

    def _copy(self, source: Path) -> None:
        target = self._folder / source.relative_to("/")
        if target.is_symlink():
            return
        if source.is_dir() and not source.is_symlink():
            target.mkdir(parents=True, exist_ok=True)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)


def _real(path: Path) -> Path:
    """The path with every folder's link resolved, but not its own."""
    return path.parent.resolve() / path.name


def _chain(path: Path) -> Iterator[Path]:
    """A link, what it points to, and so on to the file."""
    path = _real(path)
    yield path
    while path.is_symlink():
        path = _real(path.parent / path.readlink())
        yield path


def main() -> None:
    """The program's entry."""
    root = RootFolder(Path(sys.argv[1]), Database(Path("/")))
    root.gather()
    root.finish()


if __name__ == "__main__":
    main()
