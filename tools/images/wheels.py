"""The wheels of the lock, collected where mirrors, proxies and certificates are set up: outside."""

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.markers import Marker

PYTHON = "3.11"
# The base image decides about the patch release.
ANY_PATCH = (f"{PYTHON}.0", f"{PYTHON}.99")
_LINE = re.compile(r"(?P<pin>\S+)(?: ; (?P<marker>.+?))?(?P<hashes>(?: --hash=\S+)+)$")
_GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux_2_5", "manylinux1")
_DONE = "complete"


class WheelsMissing(Exception):
    """The wheels could not be collected; the message is one sentence."""


def applicable(lock: str, machine: str, pythons: Sequence[str] = ANY_PATCH) -> Iterator[str]:
    """The lines of a lock that apply to any of these Pythons on Linux, their markers removed."""
    logical = re.sub(r"\s*\\\n\s*", " ", lock).splitlines()
    for line in logical:
        if found := _LINE.match(line):
            marker = found["marker"]
            if marker is None or _may_apply(Marker(marker), machine, pythons):
                yield f"{found['pin']}{found['hashes']}"


def collect(lock: Path, machine: str, folder: Path) -> None:
    """Fill the folder with a wheel of each line, each of a hash that the lock names."""
    lines = "\n".join(applicable(lock.read_text("utf-8"), machine))
    done = folder / _DONE
    digest = hashlib.sha256(f"{machine}\n{lines}".encode()).hexdigest()
    if done.exists() and done.read_text("ascii") == digest:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wanted = folder / "lock.txt"
    wanted.write_text(lines, "utf-8")
    _download(wanted, machine, folder)
    wanted.unlink()
    done.write_text(digest, "ascii")


def _may_apply(marker: Marker, machine: str, pythons: Sequence[str]) -> bool:
    return any(marker.evaluate(_environment(python, machine)) for python in pythons)


def _environment(python: str, machine: str) -> dict[str, str]:
    return {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": python,
        "python_version": PYTHON,
        "sys_platform": "linux",
    }


def _download(wanted: Path, machine: str, folder: Path) -> None:
    abis = (f"cp{PYTHON.replace('.', '')}", "abi3", "none")
    platforms = (*(f"{glibc}_{machine}" for glibc in _GLIBC), "any")
    done = subprocess.run(  # noqa: S603 - a module of the interpreter that runs this
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input"),
            *("--disable-pip-version-check", "--no-deps", "--require-hashes"),
            *("--only-binary=:all:", "--python-version", PYTHON, "--implementation", "cp"),
            *(word for abi in abis for word in ("--abi", abi)),
            *(word for platform in platforms for word in ("--platform", platform)),
            *("--requirement", wanted, "--dest", folder),
        ],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR:")]
        # A message of pip's may hold the address of a package index, which is nobody's business.
        reason = re.sub(r"[a-z+]+://[^ )\"]*", "(address left out)", (lines or ["no reason"])[-1])
        raise WheelsMissing(f"the wheels of {wanted.parent} could not be collected: {reason}")
