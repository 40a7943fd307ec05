"""Every planted defect is found, by the rule that is there for it."""

from copy import deepcopy

import pytest

from tests.platform.render.cases import CASES
from tests.platform.render.installed import Installation
from tests.platform.render.mutants import (
    availability,
    identity,
    network,
    pods,
    processes,
    references,
)
from tests.platform.render.mutants.planted import MUTANTS, Ground
from tests.platform.render.rules.every import RULES

# Importing them has put their defects on the list.
THEMES = (availability, identity, network, pods, processes, references)
LEAST = 30


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_planted_defect_is_found(mutant):
    rule = next(rule for rule in RULES if rule.__name__ == mutant.rule)
    ground = Ground(deepcopy(CASES[mutant.case].objects()))
    assert list(rule(Installation(ground.objects))) == []

    mutant.plant(ground)

    assert list(rule(Installation(ground.objects))) != []


def test_there_are_enough_of_them():
    assert len(MUTANTS) >= LEAST


def test_no_rule_is_without_a_defect_that_it_finds():
    assert {rule.__name__ for rule in RULES} - {mutant.rule for mutant in MUTANTS} == set()
