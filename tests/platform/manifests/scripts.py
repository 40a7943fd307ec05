"""Runs the scripts of charts/data-eval as its pods do, with the rendered files beside them."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from libs.testing.servers.programs import postgres_program, program
from tests.platform.manifests import objects

# Everything that an address has to escape, and that a shell or SQL would take for something else.
AWKWARD = "p@ss:w/rd? %41 'q\" $(id) \\x41 &+#"


def unpack(folder: Path, values: Mapping[str, object] | None = None) -> Path:
    """The chart's scripts in a folder, as its ConfigMap mounts them."""
    maps = objects.named(objects.render("data-eval", values), "ConfigMap")
    folder.mkdir()
    for name, text in maps["argosy-data-scripts"]["data"].items():
        (folder / name).write_text(text, "utf-8")
    return folder


def addresses(folder: Path, urls: Mapping[str, str]) -> Path:
    """A folder with the address of each service in a file."""
    folder.mkdir(exist_ok=True)
    for service, url in urls.items():
        (folder / service).write_text(url, "utf-8")
    return folder


def url(scheme: str, user: str, password: str, place: str) -> str:
    """An address whose password is escaped as an address asks for."""
    return f"{scheme}://{user}:{quote(password, safe='')}@{place}"


def run(script: Path, *arguments: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run a script to its end."""
    path = f"{postgres_program('psql').parent}:{os.environ['PATH']}"
    return subprocess.run(  # noqa: S603 - a script of ours
        [program("bash"), script, *arguments],
        env={"PATH": path, "LANG": "C.UTF-8"} | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
