"""Makes sure that the tests find the servers and programs they need, or says what is missing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from libs.testing.servers.programs import (
    MissingProgram,
    monitoring_program,
    postgres_program,
    program,
    rabbit_program,
)

APT_GET = "/usr/bin/apt-get"
# Debian asks this program before it starts a service; 101 means no.
POLICY = Path("/usr/sbin/policy-rc.d")
_REFUSE_ALL = "#!/bin/sh\nexit 101\n"


@dataclass(frozen=True)
class Need:
    """A server or program, its Debian package, and the variable that names another one."""

    package: str
    variable: str
    find: Callable[[], object]


NEEDS = (
    Need("postgresql", "ARGOSY_TEST_POSTGRES_URL", lambda: postgres_program("initdb")),
    Need("rabbitmq-server", "ARGOSY_TEST_BROKER_URL", lambda: rabbit_program("rabbitmq-server")),
    Need("redis-server", "ARGOSY_TEST_REDIS_URL", lambda: program("redis-server")),
    Need("prometheus", "ARGOSY_TEST_PROMETHEUS_BIN", lambda: monitoring_program("promtool")),
    Need("gnupg", "ARGOSY_TEST_GPG", lambda: program("gpg")),
)


def missing(needs: Sequence[Need], environ: Mapping[str, str]) -> list[Need]:
    """What is neither installed nor named by its variable."""
    return [need for need in needs if not environ.get(need.variable) and not _installed(need)]


def install(packages: Sequence[str], apt_get: str = APT_GET, policy: Path = POLICY) -> None:
    """Install Debian packages without starting the services they bring."""
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with _no_service_starts(policy):
        for arguments in (
            ["update"],
            ["install", "--yes", "--no-install-recommends", *packages],
        ):
            subprocess.run(  # noqa: S603 - a fixed program, no shell
                [apt_get, "-qq", *arguments],
                check=True,
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=900,
            )


def advice(lacking: Sequence[Need]) -> str:
    """What a person has to do, in one sentence."""
    packages = " ".join(need.package for need in lacking)
    variables = ", ".join(need.variable for need in lacking)
    return (
        f"The tests need what is not installed: run `apt-get install {packages}` as root, "
        f"or name others by {variables}."
    )


def main() -> int:
    lacking = missing(NEEDS, os.environ)
    if lacking and os.geteuid() == 0 and shutil.which(APT_GET):
        packages = [need.package for need in lacking]
        print("Installing", *packages, flush=True)
        try:
            install(packages)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
            print(f"apt-get failed: {_last_line(failure.stderr)}", file=sys.stderr)
        lacking = missing(NEEDS, os.environ)
    if lacking:
        print(advice(lacking), file=sys.stderr)
    return 1 if lacking else 0


def _installed(need: Need) -> bool:
    try:
        need.find()
    except MissingProgram:
        return False
    return True


@contextmanager
def _no_service_starts(policy: Path) -> Iterator[None]:
    """Leaves a policy that is there already as it is."""
    if policy.exists():
        yield
        return
    policy.write_text(_REFUSE_ALL, "ascii")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


def _last_line(output: bytes | None) -> str:
    lines = (output or b"no answer").decode("utf-8", "replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "")


if __name__ == "__main__":
    sys.exit(main())
