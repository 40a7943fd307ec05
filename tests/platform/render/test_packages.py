"""An archive of a chart is the same whenever it is made, and renders as its folder does."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from tests.platform.render import matrix
from tests.platform.render.cases import chart_of
from tools.charts import engine
from tools.charts.engine import Chart
from tools.charts.files import CHARTS

NAMES = sorted(path.parent.name for path in CHARTS.glob("*/Chart.yaml"))
APPLICATIONS = [name for name in NAMES if name != "common"]


def digest(archive: Path) -> str:
    return hashlib.sha256(archive.read_bytes()).hexdigest()


@pytest.fixture
def copied(tmp_path) -> Path:
    """All charts somewhere else, as files of another day."""
    copy = Path(shutil.copytree(CHARTS, tmp_path / "charts", symlinks=True))
    for path in copy.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (86_400, 86_400))
    return copy


@pytest.mark.parametrize("name", NAMES)
def test_two_archives_have_one_digest(tmp_path, copied, name):
    first = engine.package(CHARTS / name, tmp_path / "one")
    second = engine.package(copied / name, tmp_path / "two")

    assert digest(first) == digest(second)


def test_a_changed_file_changes_the_digest(tmp_path, copied):
    first = engine.package(copied / "orders", tmp_path / "one")

    (copied / "common/templates/_names.tpl").write_text('{{ define "other" }}{{ end }}\n')

    assert digest(engine.package(copied / "orders", tmp_path / "two")) != digest(first)


@pytest.mark.parametrize("name", ["orders", "argosy"])
def test_an_archive_renders_as_its_folder(tmp_path, name):
    values = {"global": {"route": matrix.GATEWAY, "monitoring": matrix.MONITORED}}

    archive = engine.package(CHARTS / name, tmp_path)

    assert Chart(archive).objects(values) == chart_of(name).objects(values)


@pytest.mark.parametrize("name", APPLICATIONS)
def test_helm_has_nothing_to_say_against_a_chart(name):
    assert engine.faults(CHARTS / name, {}) == []


def test_a_fault_is_said(copied):
    (copied / "orders/templates/broken.yaml").write_text("a: b: c\n")

    assert engine.faults(copied / "orders", {}) != []
