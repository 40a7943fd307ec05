"""Programs of Debian packages, installed where they are missing and this process may do so."""

import os
import shutil
import subprocess
from pathlib import Path

from libs.testing.servers.programs import MissingProgram, program
from tools.system_packages import APT_GET, install


def provided(name: str, package: str) -> Path:
    """The program, after root has installed its package if need be; else a MissingProgram."""
    try:
        return program(name)
    except MissingProgram as missing:
        if os.geteuid() != 0 or not shutil.which(APT_GET):
            raise MissingProgram(f"{missing}; Debian's package {package} holds it") from None
    try:
        install([package])
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
        raise MissingProgram(f"apt-get could not install the package {package}") from failure
    return program(name)
