"""What can be seen from outside of how the shop is."""

import json
import subprocess
from pathlib import Path

import urllib3

from libs.runtime import registry
from libs.testing.servers.private import free_port
from tests.end_to_end.shop import await_that

ROOT = Path(__file__).parents[2]


def test_row_112_health_tells_of_database_broker_and_redis(shop):
    answers = [shop.guest().at("GET", path) for path in ("/health", "/health/", "/", "/livez")]
    services = answers[0].expect(200)["services"]

    assert [answer.status for answer in answers] == [200] * 4
    assert set(services) == set(registry.discover())
    assert {"database", "broker", "redis"} <= set(services["orders"])
    assert {probe["status"] for probes in services.values() for probe in probes.values()} == {"up"}


def test_row_113_metrics_are_shown_as_prometheus_reads_them(shop):
    shop.guest().get("/products").expect(200)

    text = shop.guest().at("GET", "/metrics").expect(200)

    counted = [line for line in text.splitlines() if line.startswith("http_request")]
    assert any('service="catalog"' in line and "/api/v1/products" in line for line in counted)


def test_row_114_logs_are_structured_and_what_matters_is_watched(shop):
    lines = [
        json.loads(line)
        for log in shop.cluster.installation.logs.glob("w*.log")
        for line in log.read_text("utf-8").splitlines()
        if line.startswith("{")
    ]
    watched = {
        name
        for name in registry.discover()
        if (ROOT / f"charts/{name}/dashboards/{name}.json").is_file()
        and (ROOT / f"charts/{name}/alerts/budgets.yaml").is_file()
    }

    assert lines
    assert all({"time", "level", "message"} <= set(line) for line in lines)
    assert watched == set(registry.discover())


def test_row_115_each_request_can_be_profiled(shop, tmp_path):
    port, folder = free_port(), tmp_path / "profiles"
    program = shop.cluster.installation.web("profiled", "catalog", port, 1, 2)
    environ = {**program.environ, "ARGOSY_PROFILE_FOLDER": str(folder)}
    with subprocess.Popen(  # noqa: S603 - our own program
        program.command,
        cwd=program.directory,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            await_that("the start", lambda: _answers(port))
            profiles = [file.name for file in folder.iterdir()]
        finally:
            process.terminate()
            process.wait(30)

    assert any("products" in name for name in profiles)


def _answers(port: int) -> bool:
    url = f"http://127.0.0.1:{port}/api/v1/products"
    try:
        return urllib3.request("GET", url, retries=False, timeout=2.0).status == 200
    except urllib3.exceptions.HTTPError:
        return False
