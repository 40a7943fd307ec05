"""A private Prometheus that scrapes what it is told to, often."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import urllib3

from libs.testing.servers.private import PrivateServer, ServerFailed
from libs.testing.servers.programs import monitoring_program


class PrometheusServer(PrivateServer):
    """`jobs` are scrape configurations, `rules` rule files; they are looked at every two
    seconds and every second."""

    name = "prometheus"

    def __init__(
        self, directory: Path, jobs: Sequence[Mapping[str, Any]], rules: Sequence[Path] = ()
    ) -> None:
        super().__init__(directory)
        self._home = self.directory / "prometheus"
        self._configuration = {
            # A page has to come within the interval, also from a process that is busy.
            "global": {"scrape_interval": "2s", "evaluation_interval": "1s"},
            "rule_files": [str(path) for path in rules],
            "scrape_configs": list(jobs),
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, **fields: str) -> Any:
        """The data of one answer of the HTTP API; ServerFailed with the reason of a refusal."""
        answer = urllib3.request(
            "GET", f"{self.url}/api/v1/{path}", fields=fields, retries=False, timeout=10.0
        )
        content = msgspec.json.decode(answer.data)
        if content["status"] != "success":
            raise ServerFailed(f"{path} {fields}: {content['error']}")
        return content["data"]

    def _prepare(self) -> None:
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        # JSON is YAML as well.
        (self._home / "prometheus.yml").write_text(json.dumps(self._configuration), "utf-8")

    def _launch(self) -> None:
        self._run(
            monitoring_program("prometheus"),
            f"--config.file={self._home / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._home / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--log.level=warn",
        )

    def _answers(self) -> bool:
        try:
            answer = urllib3.request("GET", f"{self.url}/-/ready", retries=False, timeout=2.0)
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == HTTPStatus.OK
