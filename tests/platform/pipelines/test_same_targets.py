"""GitHub and Jenkins call the same targets at the same point of a change's way, and all exist."""

import pytest

from tests.platform.pipelines.jenkins import stages
from tests.platform.pipelines.makefile import targets
from tests.platform.pipelines.workflows import workflow


def before_merge() -> tuple[list[str], list[str]]:
    """What GitHub and Jenkins call for a change that is not merged yet."""
    jenkins = [target for stage in stages() if stage.is_for_changes for target in stage.targets]
    return workflow("checks").targets(), jenkins


def after_merge() -> tuple[list[str], list[str]]:
    """What GitHub and Jenkins call once it is merged, the checks not repeated."""
    jenkins = [target for stage in stages() if not stage.is_for_changes for target in stage.targets]
    checked = set(workflow("checks").targets())
    github = [target for target in workflow("main").targets() if target not in checked]
    return github, jenkins


def once(called: list[str]) -> list[str]:
    """Each target where it is called first."""
    return list(dict.fromkeys(called))


@pytest.mark.parametrize("calls", [before_merge, after_merge])
def test_both_pipelines_call_the_same_targets_in_the_same_order(calls):
    github, jenkins = calls()

    assert github
    assert once(github) == once(jenkins)


@pytest.mark.parametrize("calls", [before_merge, after_merge])
def test_every_target_that_a_pipeline_calls_exists(calls):
    github, jenkins = calls()

    assert {*github, *jenkins} - targets() == set()


def test_a_change_is_checked_by_everything_that_the_makefile_checks():
    github, _ = before_merge()

    assert {"lint", "types", "imports", "test", "render", "lint-charts", "k8s", "rules"} <= {
        *github
    }
    assert {"images", "sbom", "package", "e2e-cluster"} <= {*github}


def test_a_merged_change_is_signed_before_it_is_released_and_released_before_it_is_deployed():
    github, _ = after_merge()

    assert once(github) == ["sign", "release", "deploy"]
