"""The GitHub workflows call make, are pinned, and can do no more than they have to."""

import re

import pytest

from tests.platform.pipelines.makefile import called
from tests.platform.pipelines.workflows import LOCAL, Workflow, files, uses, workflow, workflows

_PIN = re.compile(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}")
_TAG = re.compile(r"# v\d+\.\d+\.\d+")
# Who may write what, and why is said beside it in the file.
_RIGHTS = {"release": {"contents": "write", "packages": "write", "id-token": "write"}}
_HARMLESS = {"contents": "read"}


def named(flow: Workflow) -> str:
    return flow.path.stem


@pytest.mark.parametrize("flow", workflows(), ids=named)
def test_a_workflow_runs_targets_of_the_makefile_and_nothing_else(flow):
    assert [command for command in flow.commands() if not called(command)] == []


@pytest.mark.parametrize("path", files(), ids=lambda path: path.parent.name + "/" + path.name)
def test_every_action_is_pinned_by_commit_and_names_its_release(path):
    foreign = [use for use in uses(path.read_text("utf-8")) if not use[0].startswith(LOCAL)]

    assert [
        use for use in foreign if not _PIN.fullmatch(use[0]) or not _TAG.fullmatch(use[1])
    ] == []


def test_an_action_has_the_same_pin_everywhere():
    every = {use for path in files() for use in uses(path.read_text("utf-8")) if "@" in use[0]}

    assert len({action.partition("@")[0] for action, _ in every}) == len(every)


@pytest.mark.parametrize("flow", workflows(), ids=named)
def test_a_workflow_begins_with_the_right_to_read(flow):
    assert flow.document["permissions"] == _HARMLESS


@pytest.mark.parametrize("flow", workflows(), ids=named)
def test_only_the_job_that_releases_may_write(flow):
    more = {name: job["permissions"] for name, job in flow.jobs.items() if "permissions" in job}

    assert {name: rights for name, rights in more.items() if rights != _RIGHTS.get(name)} == {}


@pytest.mark.parametrize("flow", workflows(), ids=named)
def test_a_checkout_leaves_no_token_behind(flow):
    checkouts = [
        step for step in flow.steps() if step.get("uses", "").startswith("actions/checkout@")
    ]

    assert checkouts
    assert all(step["with"]["persist-credentials"] == "false" for step in checkouts)


@pytest.mark.parametrize("flow", workflows(), ids=named)
def test_no_workflow_runs_a_stranger_s_code_with_our_rights(flow):
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & flow.events.keys()


def test_what_runs_for_a_change_request_sees_no_secret_and_no_variable():
    seen = [flow for flow in workflows() if "pull_request" in flow.events]

    assert [flow.path.stem for flow in seen] == ["checks"]
    assert not re.search(r"\b(secrets|vars)\.|secrets:", seen[0].path.read_text("utf-8"))


def test_every_job_ends_in_bounded_time():
    jobs = [job for flow in workflows() for job in flow.jobs.values() if "steps" in job]

    assert [job for job in jobs if not 0 < int(job["timeout-minutes"]) <= 90] == []


def test_no_workflow_waits_for_itself():
    groups = [flow.document["concurrency"]["group"] for flow in workflows()]

    # In a called workflow `github.workflow` is the caller, whose turn would never end.
    assert len(set(groups)) == len(groups)
    assert [group for group in groups if "github.workflow" in group] == []


def test_main_releases_nothing_that_the_checks_refuse():
    main = workflow("main")

    assert main.jobs["checks"]["uses"] == "./.github/workflows/checks.yaml"
    assert main.jobs["release"]["needs"] == "checks"
    assert main.jobs["deploy"]["needs"] == "release"


@pytest.mark.parametrize(
    ("line", "foreign"),
    [
        ("make lint", False),
        ("sudo make system-packages", False),
        ("make lint && curl x", True),
        ("make lint; pip install x", True),
        ("pip install x", True),
    ],
)
def test_a_command_that_is_not_make_is_reported(line, foreign):
    assert (called(line) == []) is foreign
