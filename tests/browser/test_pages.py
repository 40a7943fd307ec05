"""The API's pages in a real browser: they show the API and load nothing from elsewhere."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from libs.http.edge import create_edge
from libs.http.settings import HttpSettings
from libs.testing.service_fixtures import ServiceApp
from services.notifications.app import WEB

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_QUIET = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture
def shop(service_app: ServiceApp) -> Iterator[str]:
    edge = create_edge({WEB: service_app("notifications")}, HttpSettings())
    server = make_server("127.0.0.1", 0, edge, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(5)
    server.server_close()


def shown(url: str, profile: Path) -> str:
    """The page as it stands once its scripts have run."""
    arguments: list[Any] = [CHROMIUM, *_QUIET.split(), f"--user-data-dir={profile}"]
    wait = ["--virtual-time-budget=20000", "--dump-dom", url]
    done = subprocess.run(  # noqa: S603  # our own browser on our own page
        [*arguments, *wait], capture_output=True, text=True, timeout=90, check=True
    )
    return done.stdout


@pytest.mark.parametrize("page", ["/docs/", "/redoc/"])
def test_the_page_shows_the_operations(shop: str, tmp_path: Path, page: str):
    text = shown(shop + page, tmp_path)

    assert "/api/v1/notifications" in text
