"""The generated files as YAML, and whether what is on disk is what would be generated."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
_HEADER = "# Written by `make k8s` from the services that there are; not to be edited.\n"


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their key, and nothing is an alias of something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - the library's own signature
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's own signature
        return True


def document(value: Any) -> str:
    """One YAML document."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True)


def file_of(documents: Iterable[Any]) -> str:
    """A generated file of some documents."""
    return _HEADER + "---\n".join(document(value) for value in documents)


def write(files: Mapping[str, str], root: Path = ROOT) -> None:
    """Write what differs."""
    for path in stale(files, root):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(files[path], "utf-8")


def stale(files: Mapping[str, str], root: Path = ROOT) -> list[str]:
    """The files that are missing or hold something else than they should."""
    return [path for path, text in files.items() if _read(root / path) != text]


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None
