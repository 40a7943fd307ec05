"""Whatever an operator may ask for renders to objects that the API server takes and that work."""

import pytest

from tests.platform.render import schemas
from tests.platform.render.cases import CASES, SERVICE, UMBRELLA, chart_of
from tests.platform.render.rules.every import findings

every_case = pytest.mark.parametrize("case", CASES.values(), ids=str)


@every_case
@pytest.mark.parametrize("version", schemas.VERSIONS)
def test_the_api_server_takes_every_object(objects, version):
    assert schemas.faults(objects, version) == []


@every_case
def test_every_object_keeps_every_rule(objects):
    assert findings(objects) == []


@pytest.mark.parametrize(
    "case", [CASES[f"{SERVICE} with every knob"], CASES[f"{UMBRELLA} in production"]], ids=str
)
def test_rendering_again_gives_the_same(case, objects):
    assert chart_of(case.chart).objects(case.values) == objects
