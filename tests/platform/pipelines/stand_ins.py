"""Stand-ins for what is not ours: the kubectl program, and the cluster behind Helm's engine."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from helm_python import HelmNotFoundError, HelmReleaseError

from libs.testing.shopping_load.outcome import Latency, Orders, Outcome, encode
from tools.cluster.kubectl import Kubectl

# Answers a command with the file that is named after its first words, and keeps what it was given;
# a command that is executed in a pod ends what runs there.
_KUBECTL = """#!/bin/sh
cd "$(dirname "$0")"
shift 2
echo "$@" >>calls
cat >>given
if [ -f "fail-$1" ]; then cat "fail-$1" >&2; exit 1; fi
case $1 in exec) touch ended ;; apply) rm -f ended ;; esac
for answer in "$1-$2-$3" "$1-$2" "$1"; do
    if [ -f ended ] && [ -f "$answer.ended" ]; then cat "$answer.ended"; exit 0; fi
    if [ -f "$answer" ]; then cat "$answer"; exit 0; fi
done
"""
CALM = Outcome(30.0, 9, [], {"order": Latency(20, 90, 95)}, Orders(3, 3, 0, 0, 0, 0))


@dataclass
class Program:
    """The kubectl of a folder, and the answers that lie there."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        program = self.folder / "kubectl"
        program.write_text(_KUBECTL, "utf-8")
        program.chmod(0o755)

    @property
    def kubectl(self) -> Kubectl:
        return Kubectl(str(self.folder / "kubectl"), "shop")

    @property
    def environ(self) -> dict[str, str]:
        """An environment whose path leads to it."""
        return {"PATH": f"{self.folder}{os.pathsep}{os.defpath}"}

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text("utf-8").splitlines()

    @property
    def given(self) -> str:
        return (self.folder / "given").read_text("utf-8")

    def answers(self, command: str, content: Any) -> None:
        """What it prints for a command such as `get-pods`."""
        text = content if isinstance(content, str) else msgspec.json.encode(content).decode()
        (self.folder / command).write_text(text, "utf-8")

    def fails(self, verb: str, reason: str) -> None:
        (self.folder / f"fail-{verb}").write_text(f"{reason}\n", "utf-8")

    def holds_pods(self, count: int) -> None:
        """So many pods, none of which was there before."""
        self.answers(
            "get-pods", {"items": [{"metadata": {"uid": str(uuid4())}} for _ in range(count)]}
        )

    def carries_a_load(self, outcome: Outcome) -> None:
        """A load that runs until it is told to stop, and then has this outcome."""
        self.answers("get-pod-argosy-load", {"status": {"phase": "Running"}})
        self.answers("get-pod-argosy-load.ended", {"status": {"phase": "Succeeded"}})
        self.answers("logs-argosy-load", f"the load has begun\n{encode(outcome)}\n")


@dataclass
class Cluster:
    """What `helm_python.Config` does on a cluster, in memory; `fails` names what does not work."""

    program: Program
    fails: set[str] = field(default_factory=set)
    releases: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    replaces_pods: bool = True

    def get_values(self, name: str) -> dict[str, Any]:
        if name not in self.releases:
            raise HelmNotFoundError(f"release {name} not found")
        return self.releases[name][-1]

    def install(self, _chart: Path, name: str, values: Any, **_options: Any) -> dict[str, Any]:
        return self._change("install", name, values)

    def upgrade(self, _chart: Path, name: str, values: Any, **_options: Any) -> dict[str, Any]:
        return self._change("upgrade", name, values)

    def rollback(self, name: str, *, version: int, **_options: Any) -> None:
        self._change(f"rollback to {version} of", name, self.releases[name][version - 1])

    def history(self, name: str) -> list[dict[str, Any]]:
        count = len(self.releases[name])
        return [
            {"revision": number, "status": "deployed" if number == count else "superseded"}
            for number in range(1, count + 1)
        ]

    def test(self, name: str, **_options: Any) -> None:
        self._act("test", name)

    def _change(self, verb: str, name: str, values: dict[str, Any]) -> dict[str, Any]:
        self._act(verb, name)
        self.releases.setdefault(name, []).append(values)
        if self.replaces_pods:
            workers = values.get("orders", {}).get("workers", {}).get("saga", {}).get("replicas", 2)
            self.program.holds_pods(2 * workers)
        return {"revision": len(self.releases[name])}

    def _act(self, verb: str, name: str) -> None:
        self.actions.append(f"{verb} {name}")
        if verb in self.fails:
            raise HelmReleaseError(f"{verb} failed: pods are not ready\nmore words")
