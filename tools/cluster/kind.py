"""`make kind` and `make kind-down`: a kind cluster with this checkout's images in it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.cluster.kubectl import ClusterError
from tools.images.build import ROOT, Release, images

NAME = "argosy"
CONFIG = ROOT / "k8s" / "kind" / "cluster.yaml"
_CREATE_SECONDS, _LOAD_SECONDS, _QUESTION_SECONDS = 600.0, 600.0, 60.0


@dataclass(frozen=True)
class Kind:
    """The program kind; it needs a Docker engine that runs already."""

    program: str
    environ: Mapping[str, str]
    say: Callable[[str], None]

    @classmethod
    def found(cls, environ: Mapping[str, str], say: Callable[[str], None]) -> "Kind":
        """The kind on the path."""
        program = shutil.which("kind", path=environ.get("PATH", os.defpath))
        if not program:
            raise ClusterError("kind is not on the path")
        return cls(program, environ, say)

    def up(self, release: Release) -> None:
        """Create the cluster unless it exists, and give it the images of `make images`."""
        if NAME in self.run("get", "clusters", seconds=_QUESTION_SECONDS).split():
            self.say(f"the kind cluster {NAME} exists")
        else:
            _prepare(self.environ.get("KUBECONFIG", ""))
            self.run(*create_arguments(), seconds=_CREATE_SECONDS)
            self.say(f"the kind cluster {NAME} is ready")
        self.run(*load_arguments(release), seconds=_LOAD_SECONDS)
        self.say("it has the images of this checkout")

    def down(self) -> None:
        """Remove the cluster; nothing happens where there is none."""
        self.run("delete", "cluster", "--name", NAME, seconds=_CREATE_SECONDS)
        self.say(f"there is no kind cluster {NAME} any more")

    def run(self, *arguments: str, seconds: float) -> str:
        """What the command printed on standard output."""
        try:
            done = subprocess.run(  # noqa: S603 - a program of the caller's, no shell
                [self.program, *arguments],
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise ClusterError(f"kind {arguments[0]} did not end within {seconds:.0f} s") from late
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["it did not say why"])[-1]
            raise ClusterError(f"kind {arguments[0]} failed: {reason}")
        return done.stdout


def create_arguments() -> list[str]:
    """The cluster is as k8s/kind describes it, and usable at once."""
    return ["create", "cluster", "--name", NAME, "--config", str(CONFIG), "--wait", "120s"]


def load_arguments(release: Release) -> list[str]:
    """Every image of the release."""
    return ["load", "docker-image", "--name", NAME, *map(release.name, images())]


def _prepare(kubeconfig: str) -> None:
    """The folder of the file that kind will write."""
    if kubeconfig:
        Path(kubeconfig.partition(os.pathsep)[0]).parent.mkdir(parents=True, exist_ok=True)
