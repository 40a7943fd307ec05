"""A broker that is configured as the evaluation chart does it, on free ports of this machine."""

import socket
from pathlib import Path

from libs.testing.servers.private import free_port
from libs.testing.servers.rabbit import RabbitServer
from tests.platform.manifests import objects


class EvaluationBroker(RabbitServer):
    """Loads the given definitions when it starts; nobody else is known to it."""

    def __init__(self, directory: Path, definitions: Path) -> None:
        super().__init__(directory, fsync=False)
        self.management_port = free_port()
        self._definitions = definitions

    def _prepare(self) -> None:
        super()._prepare()
        found = objects.named(objects.render("data-eval"), "ConfigMap")["argosy-rabbitmq"]["data"]
        (self._home / "plugins").write_text(found["enabled_plugins"], "ascii")
        here = {
            "listeners.tcp.default = 5672": f"listeners.tcp.default = 127.0.0.1:{self.port}",
            "management.tcp.port = 15672": f"management.tcp.port = {self.management_port}\n"
            "management.tcp.ip = 127.0.0.1",
            "prometheus.tcp.port = 15692": f"prometheus.tcp.port = {free_port()}\n"
            "prometheus.tcp.ip = 127.0.0.1",
            "load_definitions = /run/argosy/definitions.json": f"load_definitions = "
            f"{self._definitions}",
        }
        settings = found["rabbitmq.conf"]
        for line, ours in here.items():
            assert line in settings
            settings = settings.replace(line, ours)
        (self._home / "rabbitmq.conf").write_text(settings, "ascii")

    def _answers(self) -> bool:
        """The listener opens last, when the definitions are loaded."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 2).close()
        except OSError:
            return False
        return True
