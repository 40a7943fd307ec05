"""What is done with every chart: rendered, checked, packaged."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tools.charts import engine
from tools.charts.files import CHARTS, ROOT

RENDERED = ROOT / "build" / "rendered"
ARCHIVES = ROOT / "build" / "charts"
_LIBRARY = "common"


def charts(source: Path = CHARTS) -> list[Path]:
    """Every chart that can be installed."""
    found = (path.parent for path in source.glob("*/Chart.yaml"))
    return sorted(folder for folder in found if folder.name != _LIBRARY)


def examples(chart: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The chart as it is, then with each file of values in its folder `ci`."""
    yield chart.name, {}
    for file in sorted(chart.glob("ci/*-values.yaml")):
        name = file.name.removesuffix("-values.yaml")
        yield f"{chart.name}-{name}", yaml.safe_load(file.read_text("utf-8"))


def render(folder: Path = RENDERED, source: Path = CHARTS) -> None:
    """One file of objects for each example of each chart."""
    folder.mkdir(parents=True, exist_ok=True)
    for chart in charts(source):
        for name, values in examples(chart):
            objects = _objects(chart, name, values)
            file = folder / f"{name}.yaml"
            file.write_text(yaml.dump_all(objects, Dumper=yaml.CSafeDumper), "utf-8")
            print(f"{file}: {len(objects)} objects")


def lint(source: Path = CHARTS) -> None:
    """Stop at the first chart that Helm finds fault with, its warnings included."""
    for chart in charts(source):
        for name, values in examples(chart):
            if faults := engine.faults(chart, values):
                sys.exit(f"{name}: {'; '.join(faults)}")
            _objects(chart, name, values)
        print(f"{chart.name}: ok")


def package(folder: Path = ARCHIVES, source: Path = CHARTS) -> None:
    """An archive of each chart; those of earlier versions are gone."""
    for old in folder.glob("*.tgz"):
        old.unlink()
    for chart in charts(source):
        print(engine.package(chart, folder))


def _objects(chart: Path, name: str, values: dict[str, Any]) -> list[engine.Object]:
    try:
        return engine.Chart(chart).objects(values, release="argosy")
    except engine.Refused as refusal:
        sys.exit(f"{name}: {refusal}")
