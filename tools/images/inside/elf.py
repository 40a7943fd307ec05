"""Which shared libraries a program or an extension module is linked to."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

_MAGIC = b"\x7fELF"
_FOUND = re.compile(r"=> (/\S+) \(0x")
_LOST = re.compile(r"(\S+) => not found")


class MissingLibrary(Exception):
    """A file needs a library that this system does not have."""


def is_elf(path: Path) -> bool:
    """Whether it is a program, an extension module or a shared library."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def libraries(files: Iterable[Path]) -> set[Path]:
    """Every library that the dynamic linker would load for any of the files."""
    loader = next(Path("/").glob("lib*/ld-linux*.so.*"))
    return {library for file in files for library in _linked(loader, file)}


def _linked(loader: Path, file: Path) -> set[Path]:
    done = subprocess.run(  # noqa: S603 - the system's own dynamic linker
        [loader, "--list", file], capture_output=True, text=True, timeout=60, check=False
    )
    if lost := _LOST.search(done.stdout):
        raise MissingLibrary(f"{file} needs {lost.group(1)}, which is not installed")
    return {Path(path) for path in _FOUND.findall(done.stdout)}
