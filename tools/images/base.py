"""`make base-image`: a Debian with Python, made of Debian's packages where no registry is in reach.

It stands for the public image that Dockerfile.base names; what runs is taken out of either by the
same program, so that the images hold no shell and no package manager, whichever they came from.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from libs.testing.servers.programs import MissingProgram
from tools.images.daemon import running_engine
from tools.images.engine import Engine, EngineError
from tools.images.provided import provided

LOCAL = "argosy/python:local"
_RELEASE = "bookworm"
_PACKAGES = ("python3", "python3-venv", "ca-certificates", "netbase", "tzdata")
# Any moment will do; the archive's files are never younger than that.
_MOMENT = "946684800"
_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made there is ours alone
_ROOM = 1 << 30


def ensure_base(engine: Engine) -> str:
    """The base image made here, made now if the engine does not have it."""
    return engine.find(LOCAL) or make_base(engine)


def make_base(engine: Engine) -> str:
    """Make the base image from the newest packages, and return its ID."""
    mmdebstrap = provided("mmdebstrap", "mmdebstrap")
    with tempfile.TemporaryDirectory(prefix="argosy-base-", dir=_quick_folder()) as folder:
        archive = Path(folder, "base.tar")
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            [
                *(mmdebstrap, "--quiet", "--variant=essential"),
                *(f"--include={','.join(_PACKAGES)}", _RELEASE, archive),
            ],
            env=os.environ | {"SOURCE_DATE_EPOCH": _MOMENT, "TMPDIR": folder},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode:
            reason = [line for line in done.stderr.splitlines() if line.startswith("E: ")]
            raise EngineError(f"mmdebstrap failed: {(reason or ['without a reason'])[-1]}")
        return engine.run("import", archive, LOCAL, seconds=120).strip()


def _quick_folder() -> Path | None:
    """Memory, where there is enough: dpkg waits for the disk after every file."""
    if not os.access(_MEMORY, os.W_OK):
        return None
    memory = os.statvfs(_MEMORY)
    is_usable = not memory.f_flag & os.ST_NOEXEC
    return _MEMORY if is_usable and memory.f_bavail * memory.f_frsize > _ROOM else None


def main() -> None:
    """The program's entry; what cannot work is one sentence."""
    try:
        with running_engine() as engine:
            print(f"{LOCAL} is {make_base(engine)}")
    except (EngineError, MissingProgram) as fault:
        sys.exit(f"The base image cannot be made: {fault}")


if __name__ == "__main__":
    main()
