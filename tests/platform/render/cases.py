"""The cases of the matrix, each rendered once."""

from dataclasses import dataclass, field
from functools import cache

from tests.platform.render import matrix
from tests.platform.render.installed import Object, services
from tools.charts import work
from tools.charts.engine import Chart
from tools.charts.files import CHARTS

# A leader of sagas that calls another service; one with ordinary tasks and mail.
SERVICE, WITH_JOBS, UMBRELLA = "orders", "notifications", "argosy"


@dataclass(frozen=True)
class Case:
    """A chart with values."""

    chart: str
    name: str
    values: matrix.Values = field(compare=False)

    def objects(self) -> list[Object]:
        """Everything that it renders to."""
        return _rendered(self)

    def __str__(self) -> str:
        return f"{self.chart} {self.name}"


@cache
def chart_of(name: str) -> Chart:
    """A chart folder of the repository."""
    return Chart(CHARTS / name)


@cache
def _rendered(case: Case) -> list[Object]:
    return chart_of(case.chart).objects(case.values)


def _cases() -> list[Case]:
    found = [Case(SERVICE, name, values) for name, values in matrix.SERVICE.items()]
    found += [Case(WITH_JOBS, name, values) for name, values in matrix.JOBS.items()]
    found += [Case(UMBRELLA, name, values) for name, values in matrix.UMBRELLA.items()]
    found += [
        Case(UMBRELLA, f"example {name}", values)
        for name, values in work.examples(CHARTS / UMBRELLA)
        if values
    ]
    return [*found, Case(UMBRELLA, "in production", matrix.production(list(services())))]


CASES = {str(case): case for case in _cases()}
