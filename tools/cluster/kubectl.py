"""The kubectl command line as the tools use it: each call has a deadline and says why it failed."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import yaml

Object = dict[str, Any]
_SECONDS = 60.0
_LOOK = 2.0


class ClusterError(Exception):
    """The cluster refused, or there is none; the message is one sentence."""


@dataclass(frozen=True)
class Kubectl:
    """One namespace of the cluster that KUBECONFIG names."""

    program: str
    namespace: str

    @classmethod
    def found(cls, namespace: str, environ: Mapping[str, str]) -> "Kubectl":
        """The program on the path, on a cluster that answers."""
        program = shutil.which("kubectl", path=environ.get("PATH", os.defpath))
        if not program:
            raise ClusterError("kubectl is not on the path")
        kubectl = cls(program, namespace)
        try:
            kubectl.run("version", "--request-timeout=10s", seconds=30)
        except ClusterError as fault:
            raise ClusterError(f"no cluster answers ({fault})") from fault
        return kubectl

    def arguments(self, *arguments: str) -> list[str]:
        """The whole command."""
        return [self.program, "--namespace", self.namespace, *arguments]

    def run(self, *arguments: str, given: str | None = None, seconds: float = _SECONDS) -> str:
        """What the command printed on standard output."""
        try:
            done = subprocess.run(  # noqa: S603 - a program of the caller's, no shell
                self.arguments(*arguments),
                input=given or "",
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            words = f"kubectl {arguments[0]}"
            raise ClusterError(f"{words} did not end within {seconds:.0f} s") from late
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["it did not say why"])[-1]
            raise ClusterError(f"kubectl {arguments[0]} failed: {reason}")
        return done.stdout

    def apply(self, objects: Sequence[Object]) -> None:
        """Make the objects so, whatever they are now."""
        self.run("apply", "--filename", "-", given=yaml.safe_dump_all(objects))

    def create_missing(self, kind: str, objects: Sequence[Object]) -> list[str]:
        """Make those of the objects of one kind that do not exist; their names."""
        there = {item["metadata"]["name"] for item in self.list(kind)}
        missing = [one for one in objects if one["metadata"]["name"] not in there]
        if missing:
            self.run("create", "--filename", "-", given=yaml.safe_dump_all(missing))
        return [str(one["metadata"]["name"]) for one in missing]

    def list(self, kind: str, selector: str = "") -> list[Object]:
        """Every object of that kind with these labels."""
        options = ("--selector", selector) if selector else ()
        found = msgspec.json.decode(self.run("get", kind, "--output", "json", *options))
        return list(found["items"])

    def get(self, kind: str, name: str) -> Object:
        """One object."""
        return dict(msgspec.json.decode(self.run("get", kind, name, "--output", "json")))

    def logs(self, pod: str) -> str:
        """What the pod has printed so far."""
        return self.run("logs", pod, "--tail=-1")

    def touch(self, pod: str, file: str) -> None:
        """Make an empty file in a container that has no shell."""
        python = ("python3", "-c", "import pathlib, sys; pathlib.Path(sys.argv[1]).touch()", file)
        self.run("exec", pod, "--", *python)

    def delete(self, kind: str, name: str) -> None:
        """Remove an object and wait until it is gone; nothing happens where there is none."""
        self.run("delete", kind, name, "--ignore-not-found", "--wait=true", seconds=180)


def wait_until(what: str, done: Callable[[], bool], seconds: float, look: float = _LOOK) -> None:
    """Look again and again; a ClusterError when it did not happen in time."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise ClusterError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(look)
