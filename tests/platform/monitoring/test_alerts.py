"""Every alert fires when it should, does not when it only comes close, and ends with its cause."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from libs.runtime import registry
from tests.platform.monitoring.budget_cases import (
    Timeline,
    absence_cases,
    at_one_pace,
    kinds,
)
from tests.platform.monitoring.cases import Case, run, written_cases
from tests.platform.monitoring.repository import GENERATED, alerts, generated_file, rule_file
from tools.monitoring.files import components
from tools.monitoring.objectives import read
from tools.monitoring.rules import PACES, Burn, runbook

CASES = written_cases()
SERVICES = registry.discover()
BURNS = [burn for pace in PACES for burn in pace.burns]
STEP = "1m"


def _failures(rules: Path, cases: list[Case], folder: Path, steps: tuple[str, str]) -> str:
    step, evaluation = steps
    tests = [test for case in cases for test in case.tests(runbook(case.alert), step)]
    return run(rules, tests, evaluation, folder)


def _absences(service: str) -> list[Case]:
    return list(absence_cases(service, components(service)))


def _burning(service: str, burn: Burn) -> list[Case]:
    return [kind.case(service, burn) for kind in kinds(service, read(service))]


@pytest.mark.parametrize("stem", CASES)
def test_the_alerts_of_a_file_fire_and_end_as_they_should(stem: str, tmp_path: Path) -> None:
    assert _failures(rule_file(stem), CASES[stem], tmp_path, (STEP, STEP)) == ""


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("burn", BURNS, ids=lambda burn: burn.speed)
def test_a_budget_that_burns_too_fast_is_told_until_it_stops(
    service: str, burn: Burn, tmp_path: Path
) -> None:
    rules = at_one_pace(generated_file(service), burn, tmp_path)

    assert _failures(rules, _burning(service, burn), tmp_path, Timeline(burn).steps) == ""


@pytest.mark.parametrize("service", SERVICES)
def test_a_sort_of_process_that_is_missing_is_told(service: str, tmp_path: Path) -> None:
    steps = (STEP, STEP)

    assert _failures(generated_file(service), _absences(service), tmp_path, steps) == ""


def test_every_written_alert_has_a_case() -> None:
    written = Counter(
        (rule.file.stem, rule.alert) for rule in alerts() if rule.file.stem != GENERATED
    )

    assert Counter((stem, case.alert) for stem, cases in CASES.items() for case in cases) == written


@pytest.mark.parametrize("service", SERVICES)
def test_every_generated_alert_has_a_case(service: str) -> None:
    cases = [case for burn in BURNS for case in _burning(service, burn)] + _absences(service)

    assert Counter(case.alert for case in cases) == Counter(
        rule.alert for rule in alerts() if rule.file == generated_file(service)
    )


def test_every_case_has_something_harmless() -> None:
    assert [case.alert for cases in CASES.values() for case in cases if not case.harmless] == []


def test_an_alert_that_does_not_fire_is_reported(tmp_path: Path) -> None:
    (case, *_) = CASES["messages"]
    dull = replace(case, input=case.harmless[0])

    assert "exp:" in _failures(rule_file("messages"), [dull], tmp_path, (STEP, STEP))


def test_an_alert_that_fires_on_something_harmless_is_reported(tmp_path: Path) -> None:
    (case, *_) = CASES["messages"]
    loud = replace(case, harmless=[case.input])

    assert 'alertstate="firing"' in _failures(rule_file("messages"), [loud], tmp_path, (STEP, STEP))
