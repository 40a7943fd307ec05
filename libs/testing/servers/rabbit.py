"""A private RabbitMQ node."""

import os
import subprocess
from pathlib import Path

from amqp import Connection
from amqp.exceptions import AMQPError

from libs.testing.servers.private import PrivateServer, ServerFailed, free_port
from libs.testing.servers.programs import program, rabbit_program

_NODE = "argosy@localhost"
_COOKIE = "argosy-private"
_CONFIGURATION = """\
listeners.tcp.default = 127.0.0.1:{port}
log.console = false
log.file.level = warning
vm_memory_high_watermark.absolute = 2GB
disk_free_limit.absolute = 50MB
collect_statistics_interval = {statistics}
raft.wal_max_size_bytes = 33554432
"""
_METRICS = """\
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = {port}
"""
# Quorum queues write to a log of their own; without the sync a power cut may lose its end.
_WITHOUT_FSYNC = "[{ra, [{wal_sync_method, none}]}]."
_FEW_SCHEDULERS = "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"
_LOOPBACK_ONLY = "-kernel inet_dist_use_interface {127,0,0,1}"


class RabbitServer(PrivateServer):
    """A private RabbitMQ node with a name server (epmd) of its own.

    Its only plugin is that for Prometheus, if `metrics` are wanted.
    """

    name = "rabbitmq"

    def __init__(self, directory: Path, *, fsync: bool = True, metrics: bool = False) -> None:
        super().__init__(directory)
        self._fsync = fsync
        self.metrics_port = free_port() if metrics else None
        self._epmd_port = free_port()
        self._dist_port = free_port()
        self._home = self.directory / "rabbitmq"
        self._pid_file = self._home / "pid"

    @property
    def url(self) -> str:
        return self.url_of("%2F")

    def url_of(self, vhost: str) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/{vhost}"

    @property
    def pid(self) -> int:
        """The Erlang machine's process; a shell script waits above it."""
        return int(self._pid_file.read_text("ascii"))

    def ctl(self, *arguments: str) -> str:
        """Run rabbitmqctl on this node and return what it printed; costs about two seconds."""
        return self._call(rabbit_program("rabbitmqctl"), "--quiet", *arguments)

    def new_vhost(self, name: str) -> str:
        """A fresh virtual host that the guest user may use; one that exists is emptied first."""
        self.drop_vhost(name)
        self._evaluate(
            f'V = <<"{name}">>, U = <<"guest">>, All = <<".*">>,'
            " ok = rabbit_vhost:add(V, U),"
            " rabbit_auth_backend_internal:set_permissions(U, V, All, All, All, U)."
        )
        return self.url_of(name)

    def drop_vhost(self, name: str) -> None:
        """Drop it with all its queues if it exists, closing its connections."""
        self._evaluate(
            f'V = <<"{name}">>, case rabbit_vhost:exists(V) of'
            ' true -> rabbit_vhost:delete(V, <<"guest">>); false -> ok end.'
        )

    def _evaluate(self, expression: str) -> None:
        """Run Erlang on the node, past rabbitmqctl, which takes its time to start."""
        command = (program("erl_call"), "-sname", _NODE, "-c", _COOKIE, "-e")
        answer = self._call(*command, given=f"{expression}\n")
        if answer != "{ok, ok}":
            raise ServerFailed(f"{expression} answered {answer}")

    def _call(self, *command: str | Path, given: str = "") -> str:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            command,
            cwd=self._home,
            env=self._environ(),
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise ServerFailed(f"{command} failed: {done.stdout} {done.stderr}")
        return done.stdout

    def _prepare(self) -> None:
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._pid_file.unlink(missing_ok=True)
        cookie = self._home / ".erlang.cookie"
        if not cookie.exists():
            cookie.write_text(_COOKIE, "ascii")
            cookie.chmod(0o400)
        (self._home / "env.conf").touch()
        (self._home / "plugins").write_text(f"[{self._plugin}].", "ascii")
        (self._home / "rabbitmq.conf").write_text(self._configuration(), "ascii")
        (self._home / "advanced.config").write_text("[]." if self._fsync else _WITHOUT_FSYNC)

    @property
    def _plugin(self) -> str:
        return "rabbitmq_prometheus" if self.metrics_port else ""

    def _configuration(self) -> str:
        if not self.metrics_port:
            return _CONFIGURATION.format(port=self.port, statistics=60_000)
        told = _CONFIGURATION.format(port=self.port, statistics=1_000)
        return told + _METRICS.format(port=self.metrics_port)

    def _launch(self) -> None:
        environ = self._environ()
        self._run(program("epmd"), environ=environ)
        self._run(rabbit_program("rabbitmq-server"), environ=environ)

    def _environ(self) -> dict[str, str]:
        home = str(self._home)
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": home,
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": _NODE,
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_CONF_ENV_FILE": f"{home}/env.conf",
            "RABBITMQ_CONFIG_FILE": f"{home}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{home}/advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/plugins",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{home}/generated",
            "RABBITMQ_MNESIA_BASE": f"{home}/mnesia",
            "RABBITMQ_LOG_BASE": f"{home}/log",
            "RABBITMQ_PID_FILE": str(self._pid_file),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{_FEW_SCHEDULERS} {_LOOPBACK_ONLY}",
        }

    def _answers(self) -> bool:
        address = f"127.0.0.1:{self.port}"
        try:
            with Connection(address, connect_timeout=2, read_timeout=5, write_timeout=5):
                return True
        except (AMQPError, OSError):
            return False
