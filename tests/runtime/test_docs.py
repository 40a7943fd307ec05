"""The API's pages as a process of their own, without database, broker or keys."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from libs.runtime import registry
from libs.testing.installation import ROOT
from libs.testing.process import ManagedProcess, Program, await_ready
from libs.testing.servers.private import free_port


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    command = (sys.executable, "-m", "libs.runtime", "docs", "--port", f"{port}")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ARGOSY_")}
    process = ManagedProcess(Program("docs", command, bare, ROOT, tmp_path / "docs.log"))
    process.start()
    address = f"http://127.0.0.1:{port}"
    await_ready([process], lambda: _is_ready(address), 30)
    yield address
    process.stop()
    assert process.exit_code == 0


def _is_ready(url: str) -> bool:
    try:
        return urllib3.request("GET", f"{url}/readyz", timeout=2.0, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def test_the_pages_are_over_every_service(url: str) -> None:
    assert urllib3.request("GET", f"{url}/docs/", timeout=5.0).status == 200
    assert urllib3.request("GET", f"{url}/redoc/", timeout=5.0).status == 200
    described = urllib3.request("GET", f"{url}/openapi.json", timeout=5.0).json()

    owners = registry.owners(registry.discover())
    assert {owners.find(path) for path in described["paths"]} == set(registry.discover())
