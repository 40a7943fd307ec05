"""Every file below charts/ that is made from the code: path and content."""

import json
from pathlib import Path
from typing import Any

import yaml

from libs.runtime import registry
from tools.monitoring import objectives, rules
from tools.monitoring.dashboards.catalogue import platform_boards, service_board

CHARTS = Path(__file__).resolve().parents[2] / "charts"
_HEAD = "# Written by `make rules` from services/{service}/slo.toml; edits are lost.\n"
_POOLS = {"worker-saga": "saga", "worker-jobs": "jobs"}


class _Block(yaml.SafeDumper):
    """Texts of several lines as blocks, nothing by reference."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Block.add_representer(str, _text)


def components(service: str) -> list[str]:
    """The kinds of processes that work for the service."""
    pools = [name for name, pool in _POOLS.items() if registry.worker_entries([service], pool)]
    return ["web", *pools]


def tree() -> dict[Path, str]:
    """All of them, by path below charts/."""
    wanted = {
        Path("argosy", "dashboards", f"{name}.json"): _json(board)
        for name, board in platform_boards().items()
    }
    for service in registry.discover():
        promised = objectives.read(service)
        groups = rules.service_groups(service, promised, components(service))
        head = _HEAD.format(service=service)
        wanted[Path(service, "alerts", "budgets.yaml")] = head + _yaml({"groups": groups})
        board = service_board(service, components(service))
        wanted[Path(service, "dashboards", f"{service}.json")] = _json(board)
    return wanted


def _yaml(document: Any) -> str:
    return yaml.dump(document, Dumper=_Block, sort_keys=False, width=1000, allow_unicode=True)


def _json(document: Any) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
