"""`python -m tools.cluster`: what make does on a cluster; what cannot work is one sentence."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helm_python import HelmError

from tools.cluster import report
from tools.cluster.deployment import deploy
from tools.cluster.evaluation import NAMESPACE, Installation
from tools.cluster.kind import Kind
from tools.cluster.kubectl import ClusterError, Kubectl
from tools.cluster.releases import Releases
from tools.cluster.trial import Trial
from tools.cluster.values import values_of
from tools.images.build import ROOT, Release

_BUILD = ROOT / "build"
_IMAGES = _BUILD / "release" / "images.yaml"


def main() -> int:
    """The program's entry."""
    options = _parser().parse_args()
    try:
        return int(_COMMANDS[options.command](options))
    except (ClusterError, HelmError) as fault:
        print(f"{options.command}: {str(fault).partition(chr(10))[0]}", file=sys.stderr)
        return 1


def _kind(_options: argparse.Namespace) -> int:
    Kind.found(os.environ, _say).up(Release.of_checkout())
    return 0


def _kind_down(_options: argparse.Namespace) -> int:
    Kind.found(os.environ, _say).down()
    return 0


def _install(options: argparse.Namespace) -> int:
    with _installation(options) as installation:
        installation.install()
    _say(_GREETING)
    return 0


def _try(options: argparse.Namespace) -> int:
    with _installation(options) as installation:
        cluster = installation.kubectl.run("config", "current-context").strip()
        steps = Trial(installation).run()
    report.write(_BUILD, steps, cluster)
    print(report.markdown(steps, cluster))
    return 0 if report.passed(steps) else 1


def _deploy(options: argparse.Namespace) -> int:
    files = [*options.values, *([_IMAGES] if _IMAGES.is_file() else [])]
    with Releases.of(options.namespace, os.environ, options.seconds) as releases:
        deploy(releases, values_of(files), _say)
    return 0


@contextmanager
def _installation(options: argparse.Namespace) -> Iterator[Installation]:
    kubectl = Kubectl.found(NAMESPACE, os.environ)
    with Releases.of(NAMESPACE, os.environ, options.seconds) as releases:
        yield Installation(kubectl, releases, _say)


def _say(text: str) -> None:
    print(text, flush=True)


_GREETING = f"""
To look at the shop, leave this running and open http://localhost:8000/docs/ :
  kubectl --namespace {NAMESPACE} port-forward service/argosy-docs 8000:80"""
_COMMANDS = {
    "kind": _kind,
    "kind-down": _kind_down,
    "install": _install,
    "e2e-cluster": _try,
    "deploy": _deploy,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.cluster", description=__doc__)
    parser.add_argument("command", choices=_COMMANDS)
    parser.add_argument("--namespace", default=NAMESPACE, help="of a deployment")
    parser.add_argument("--seconds", type=int, default=900, help="longest wait for a change")
    parser.add_argument("--values", type=Path, action="append", default=[], help="of a deployment")
    return parser


if __name__ == "__main__":
    sys.exit(main())
