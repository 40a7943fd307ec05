"""A private Redis server that keeps nothing."""

from redis import Redis, RedisError

from libs.testing.servers.private import PrivateServer
from libs.testing.servers.programs import program


class RedisServer(PrivateServer):
    """A private Redis without persistence: a start after an end finds it empty."""

    name = "redis"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def _prepare(self) -> None:
        """There is nothing to keep, so nothing to prepare."""

    def _launch(self) -> None:
        self._run(
            program("redis-server"),
            *("--port", f"{self.port}", "--bind", "127.0.0.1", "--dir", self.directory),
            *("--save", "", "--appendonly", "no"),
        )

    def _answers(self) -> bool:
        with Redis(port=self.port, socket_timeout=1, socket_connect_timeout=1) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False
