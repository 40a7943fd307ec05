"""Objectives that cannot be measured or promised are refused with a sentence."""

from pathlib import Path

import pytest

from libs.runtime import registry
from tools.monitoring.objectives import BadObjective, read

_GOOD = """
[availability]
percent = 99.9

[latency]
percent = 99
seconds = 0.3
"""


def _read(folder: Path, text: str) -> object:
    (folder / "toys").mkdir()
    (folder / "toys" / "slo.toml").write_text(text)
    return read("toys", folder)


@pytest.mark.parametrize("service", registry.discover())
def test_every_service_has_objectives(service: str) -> None:
    assert read(service).availability.budget > 0


def test_the_budget_is_what_the_objective_leaves(tmp_path: Path) -> None:
    _read(tmp_path, _GOOD)

    found = read("toys", tmp_path)

    assert (found.availability.budget, found.latency.budget) == (0.001, 0.01)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("99.9", "100", "100.0 is no percentage from 50.0 to 99.999"),
        ("99.9", "0.999", "0.999 is no percentage from 50.0 to 99.999"),
        ("0.3", "0.25", "no edge at 0.25 seconds, only at 0.0025, "),
        ("seconds", "second", "Object contains unknown field `second`"),
        ("seconds = 0.3", "", "missing required field `seconds`"),
        ("[latency]", "[[latency]]", r"Expected `object`, got `array` - at `\$.latency`"),
        ("percent = 99\n", "percent =\n", "Invalid value"),
    ],
)
def test_an_objective_that_is_none_is_refused(
    tmp_path: Path, before: str, after: str, reason: str
) -> None:
    with pytest.raises(BadObjective, match=rf"services/toys/slo\.toml: .*{reason}"):
        _read(tmp_path, _GOOD.replace(before, after, 1))


def test_a_saga_needs_an_edge_of_its_own_histogram(tmp_path: Path) -> None:
    saga = '[[sagas]]\nname = "toys.play"\npercent = 99\nseconds = 0.8\n'

    with pytest.raises(BadObjective, match=r"no edge at 0\.8 seconds, only at 0\.1, "):
        _read(tmp_path, _GOOD + saga)


def test_a_service_without_objectives_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadObjective, match=r"services/toys has no slo\.toml"):
        read("toys", tmp_path)
