"""A private PostgreSQL server, and the making of databases on any PostgreSQL server."""

import signal
import subprocess
from abc import abstractmethod
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from libs.testing.servers.private import PrivateServer, ServerFailed
from libs.testing.servers.programs import postgres_program, unprivileged_user

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "400",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
}
# Faster, and safe as long as only processes are killed and the machine stays up: a commit still
# waits until its log is written, and a page that a kill has torn is still restored from the log.
_WITHOUT_FSYNC = {"fsync": "off"}


class Databases:
    """Creates and drops databases on a server; `url` needs a role that may do so."""

    @property
    @abstractmethod
    def url(self) -> str:
        """The server's administrative database."""

    def create_database(self, name: str, template: str | None = None) -> str:
        """A new database, empty or a copy of `template`, which nobody may be connected to."""
        # PostgreSQL 15 copies the files of a small database in 14 ms; by its log it takes 110.
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template or "template0")
            )
        )
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Drop it if it exists, ending whoever is connected."""
        self._execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def url_of(self, name: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def _execute(self, statement: sql.Composed) -> None:
        connection = psycopg2.connect(self.url, connect_timeout=5)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()


class PostgresServer(PrivateServer, Databases):
    """A private PostgreSQL; `fsync=False` trades safety against a power cut for speed."""

    name = "postgres"
    # SIGTERM would wait for every client to leave.
    stop_signal = signal.SIGINT

    def __init__(self, directory: Path, *, fsync: bool = True) -> None:
        super().__init__(directory)
        self.data = self.directory / "postgres"
        self._settings = _SETTINGS if fsync else _SETTINGS | _WITHOUT_FSYNC
        self._user = unprivileged_user("postgres")

    @property
    def url(self) -> str:
        return f"postgresql://argosy@127.0.0.1:{self.port}/postgres"

    def _prepare(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        self._give_to(self._user, self.data)
        initdb = subprocess.run(  # noqa: S603 - a fixed program, no shell
            [
                postgres_program("initdb"),
                *("--pgdata", self.data, "--username", "argosy", "--auth", "trust"),
                *("--encoding", "UTF8", "--no-locale", "--no-sync"),
            ],
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            user=self._user,
        )
        if initdb.returncode:
            raise ServerFailed(f"initdb failed as user {self._user or 'yourself'}: {initdb.stderr}")

    def _launch(self) -> None:
        settings = self._settings | {"port": str(self.port)}
        options = (f"--{name}={value}" for name, value in settings.items())
        self._run(postgres_program("postgres"), "-D", self.data, *options, user=self._user)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url, connect_timeout=5).close()
        except psycopg2.OperationalError:
            return False
        return True
