"""The charts through Helm's own engine: rendered, checked, packaged, without a cluster."""

import gzip
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import helm_python
import yaml

Object = dict[str, Any]
_WARNING = 2
# The first that every archive format can say.
_MOMENT = 315_532_800


class Refused(Exception):
    """The values cannot be rendered; the message is Helm's sentence."""


class Chart:
    """A chart folder or archive."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def objects(
        self, values: Mapping[str, Any] | None = None, *, release: str = "shop"
    ) -> list[Object]:
        """Every object, hooks included; Refused says why there are none."""
        return parse(self.manifest(values, release=release))

    def manifest(
        self, values: Mapping[str, Any] | None = None, *, release: str = "shop"
    ) -> dict[str, str]:
        """The rendered text of each template."""
        given = dict(values or {})
        try:
            # Read anew, because rendering drops the parts that the values switch off.
            with quiet(), helm_python.Chart.load(self.place) as chart:
                chart.validate_schema(given)
                return chart.render(given, name=release, namespace="argosy")
        except helm_python.HelmError as fault:
            raise Refused(fault.detail) from fault


def parse(manifest: Mapping[str, str]) -> list[Object]:
    """The objects in rendered text; notes and helpers have none."""
    texts = (text for path, text in manifest.items() if path.endswith((".yaml", ".yml")))
    return [found for text in texts for found in yaml.load_all(text, _Loader) if found]


class _Loader(yaml.CSafeLoader):
    """Refuses what Helm's own reader would silently take the last of."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise yaml.YAMLError(f"{', '.join(sorted(twice))} appears twice{node.start_mark}")
        return super().construct_mapping(node, deep)


def faults(folder: Path, values: Mapping[str, Any]) -> list[str]:
    """What `helm lint --strict` says against a chart."""
    with quiet():
        report = helm_python.lint(folder, dict(values), strict=True)
    messages = [one["error"] for one in report["messages"] if one["severity"] >= _WARNING]
    return [*messages, *report["errors"]]


def package(folder: Path, destination: Path) -> Path:
    """The archive of a chart: the same bytes whenever and wherever it is made.

    Helm's own keep the moments of files, and the parts of an umbrella in an order of chance.
    """
    destination.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="argosy-chart-") as scratch:
        with quiet():
            made = Path(helm_python.package(folder, destination=scratch))
        archive = destination / made.name
        with (
            tarfile.open(made) as parts,
            archive.open("wb") as file,
            gzip.GzipFile("", "wb", fileobj=file, mtime=_MOMENT) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as ordered,
        ):
            # What describes a chart comes before its parts, as Helm has it.
            for part in sorted(parts, key=lambda one: (one.name.count("/"), one.name)):
                part.mtime = _MOMENT
                ordered.addfile(part, parts.extractfile(part))
    return archive


def binary() -> str | None:
    """A helm on the path, if there is one."""
    return shutil.which("helm")


@contextmanager
def quiet() -> Iterator[None]:
    """The engine tells the terminal of every symbolic link; what is wrong it raises."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
