"""The HTTP server drains, says nothing about itself, and refuses what cannot be forked."""

import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.testing.installation import ROOT
from libs.testing.process import ManagedProcess, Program, await_ready
from libs.testing.servers.private import free_port

_SLOW = """
import time
from libs.runtime.http_server import Listen, serve

def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]

serve(application, Listen("127.0.0.1", {port}, workers=2, threads=4))
"""


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(port: int, tmp_path: Path) -> Iterator[ManagedProcess]:
    command = (sys.executable, "-c", _SLOW.format(port=port))
    environ = {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    process = ManagedProcess(Program("web", command, environ, tmp_path, tmp_path / "web.log"))
    process.start()
    await_ready([process], lambda: _connects(port), 20)
    yield process
    process.stop()


def _connects(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(2)
        return client.connect_ex(("127.0.0.1", port)) == 0


def _get(port: int, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_answer_does_not_name_the_server(server: ManagedProcess, port: int) -> None:
    answer = _get(port, "/")

    assert answer.status == 200
    assert answer.getheader("Server") is None


def test_request_in_hand_is_answered_after_the_signal_to_end(server, port: int) -> None:
    statuses: list[int] = []
    client = threading.Thread(target=lambda: statuses.append(_get(port, "/slow").status))
    client.start()
    time.sleep(0.3)

    server.stop()

    client.join(10)
    assert statuses == [200]
    assert server.exit_code == 0


def test_nothing_is_left_in_the_home_folder(server, port: int, tmp_path: Path) -> None:
    _get(port, "/")

    assert [path.name for path in tmp_path.iterdir()] == ["web.log"]


def _refusal(code: str) -> str:
    """The last line of a process of its own, since this one has threads of other tests."""
    command = [sys.executable, "-c", f"from libs.runtime.http_server import Listen, serve\n{code}"]
    done = subprocess.run(  # noqa: S603  # this very interpreter
        command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 1
    return done.stderr.splitlines()[-1]


def test_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        said = _refusal(f'serve(None, Listen("127.0.0.1", {port}, 1, 1))')

    assert f"SettingsError: cannot listen on 127.0.0.1:{port}: Address" in said


def test_application_that_has_a_thread_is_not_forked(port: int) -> None:
    said = _refusal(
        "import threading\n"
        'threading.Thread(target=threading.Event().wait, args=(5,), name="too-early").start()\n'
        f'serve(None, Listen("127.0.0.1", {port}, 1, 1))'
    )

    assert "starts the thread too-early too early to be forked" in said
