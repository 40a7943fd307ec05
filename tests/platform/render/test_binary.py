"""The engine that the tests use and a helm on the path say the same."""

import subprocess

import pytest
import yaml

from tests.platform.render.cases import CASES, SERVICE, UMBRELLA
from tests.platform.render.installed import Object
from tools.charts import engine
from tools.charts.files import CHARTS

# Those that show every branch once; the others differ in numbers.
NAMES = [
    f"{SERVICE} with every knob",
    f"{SERVICE} behind a gateway",
    f"{SERVICE} scaled",
    f"{UMBRELLA} services with eval data",
    f"{UMBRELLA} all in one with eval data",
    f"{UMBRELLA} in production",
]


def rendered(helm: str, chart: str, values: str) -> list[Object]:
    done = subprocess.run(  # noqa: S603 - the helm that was found on the path
        [helm, "template", "shop", str(CHARTS / chart), "--namespace", "argosy", "--values", "-"],
        input=values,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [one for one in yaml.load_all(done.stdout, yaml.CSafeLoader) if one]


def ordered(objects: list[Object]) -> list[Object]:
    return sorted(objects, key=lambda one: (one["kind"], one["metadata"]["name"]))


@pytest.mark.parametrize("name", NAMES)
def test_a_helm_on_the_path_renders_the_same(name):
    helm = engine.binary()
    if helm is None:
        pytest.skip("there is no helm on the path")
    case = CASES[name]

    found = rendered(helm, case.chart, yaml.safe_dump(case.values))

    assert ordered(found) == ordered(case.objects())
