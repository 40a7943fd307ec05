"""A private Redis server that keeps nothing."""

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

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
        # The client's own retries would hide a port that somebody else listens on.
        once = Retry(NoBackoff(), 0)
        with Redis(port=self.port, socket_timeout=1, retry=once) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False
