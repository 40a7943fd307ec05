"""`make render`, `make lint-charts` and `make package` take every chart."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.platform.render.cases import UMBRELLA
from tools.charts import work
from tools.charts.files import CHARTS

NAMES = sorted(path.parent.name for path in CHARTS.glob("*/Chart.yaml"))
APPLICATIONS = [name for name in NAMES if name != "common"]


@pytest.fixture
def few(tmp_path) -> Path:
    """Two charts in a folder of their own."""
    for name in ("common", "orders"):
        shutil.copytree(CHARTS / name, tmp_path / "charts" / name, symlinks=True)
    return Path(tmp_path, "charts")


def test_every_chart_that_can_be_installed_is_taken():
    assert [chart.name for chart in work.charts()] == APPLICATIONS


def test_each_example_of_the_umbrella_is_rendered():
    names = [name for name, _ in work.examples(CHARTS / UMBRELLA)]

    assert names == ["argosy", "argosy-all-in-one", "argosy-gateway"]


def test_what_is_rendered_is_kept_as_files(few, tmp_path):
    work.render(tmp_path / "rendered", few)

    objects = list(yaml.safe_load_all((tmp_path / "rendered/orders.yaml").read_text("utf-8")))
    assert [path.name for path in (tmp_path / "rendered").iterdir()] == ["orders.yaml"]
    assert {"Deployment", "Job", "Service"} <= {one["kind"] for one in objects}


def test_archives_of_earlier_versions_are_gone(few, tmp_path):
    archives = tmp_path / "archives"
    archives.mkdir()
    (archives / "orders-0.0.9.tgz").write_bytes(b"")

    work.package(archives, few)

    assert [path.name for path in archives.iterdir()] == ["orders-0.1.0.tgz"]


def test_a_chart_with_a_fault_ends_the_check(few):
    (few / "orders/templates/all.yaml").write_text('{{ include "common.al" . }}\n')

    with pytest.raises(SystemExit, match="orders: "):
        work.lint(few)


def test_an_example_that_is_refused_ends_the_check(few):
    (few / "orders/ci").mkdir()
    (few / "orders/ci/wrong-values.yaml").write_text("web: {gracePeriodSeconds: 1}\n")

    with pytest.raises(SystemExit, match=r"orders-wrong: .*web\.gracePeriodSeconds: 1 is less"):
        work.lint(few)
