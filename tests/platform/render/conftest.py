"""Charts and what they render to, once for all tests."""

from collections.abc import Callable

import pytest

from tests.platform.render.cases import Case, chart_of
from tests.platform.render.installed import Object
from tools.charts.engine import Chart


@pytest.fixture(scope="session")
def chart() -> Callable[[str], Chart]:
    """`chart("orders")`, through Helm's own engine."""
    return chart_of


@pytest.fixture
def objects(case: Case) -> list[Object]:
    """What a case of the matrix renders to; not to be changed."""
    return case.objects()
