"""Installation, trial and deployment do their steps in order, and tell what went wrong in which."""

import json
import os
import subprocess
import sys

import msgspec
import pytest

from libs.testing.shopping_load.outcome import Failure
from tests.architecture.repository import ROOT
from tests.platform.pipelines.stand_ins import CALM, Cluster, Program
from tools.cluster import report
from tools.cluster.deployment import deploy
from tools.cluster.evaluation import Installation
from tools.cluster.kind import Kind
from tools.cluster.kubectl import ClusterError, Kubectl, wait_until
from tools.cluster.releases import Releases
from tools.cluster.report import Step
from tools.cluster.trial import Trial
from tools.cluster.values import values_of

SHOP, DATA = "argosy", "argosy-data"
STEPS = ["install", "helm test", "rolling upgrade", "rollback", "fewer workers"]


@pytest.fixture
def program(tmp_path) -> Program:
    found = Program(tmp_path / "bin")
    found.answers("get-secrets", {"items": []})
    found.carries_a_load(CALM)
    return found


@pytest.fixture
def cluster(program) -> Cluster:
    return Cluster(program)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def installation(program, cluster, said) -> Installation:
    return Installation(program.kubectl, Releases(cluster, 5), said.append)


def test_a_shop_is_installed_after_its_secrets_and_its_servers(installation, cluster, program):
    revision = installation.install()

    assert revision == 1
    assert cluster.actions == [f"install {DATA}", f"install {SHOP}"]
    assert [call.split()[0] for call in program.calls] == ["apply", "get", "create"]
    assert "argosy-orders-database" in program.given


def test_a_second_installation_keeps_every_secret_and_upgrades(installation, cluster, program):
    names = [line.split()[1] for line in _installed_names(installation, program)]
    program.answers("get-secrets", {"items": [{"metadata": {"name": name}} for name in names]})
    (program.folder / "given").unlink()

    revision = installation.install()

    assert revision == 2
    assert cluster.actions[2:] == [f"upgrade {DATA}", f"upgrade {SHOP}"]
    assert "kind: Secret" not in program.given


def _installed_names(installation: Installation, program: Program) -> list[str]:
    installation.install()
    return [line for line in program.given.splitlines() if line.startswith("  name: argosy")]


def test_a_shop_that_is_no_evaluation_is_left_alone(installation, cluster):
    cluster.releases[SHOP] = [{"global": {"environment": "production"}}]

    with pytest.raises(ClusterError, match="the release argosy in argosy is not an evaluation"):
        installation.install()
    assert cluster.actions == []


def tried(installation: Installation) -> dict[str, Step]:
    """The steps of a trial that waits for nothing."""
    return {step.name: step for step in Trial(installation, margin=0.0, patience=0.0).run()}


def test_a_trial_disturbs_a_shop_in_three_ways_and_finds_nothing(installation, cluster):
    steps = tried(installation)

    assert list(steps) == STEPS
    assert [step.complaints for step in steps.values()] == [[]] * 5
    assert [step.outcome for step in steps.values()] == [None, None, CALM, CALM, CALM]
    assert cluster.actions[2:] == [
        f"test {SHOP}",
        f"upgrade {SHOP}",
        f"rollback to 1 of {SHOP}",
        f"upgrade {SHOP}",
        f"upgrade {SHOP}",
    ]


def test_a_trial_without_a_shop_ends_at_once(installation, cluster):
    cluster.fails.add("install")

    steps = tried(installation)

    assert {name: step.complaints for name, step in steps.items()} == {
        "install": ["install failed: pods are not ready"]
    }


def test_a_failed_upgrade_does_not_keep_the_trial_from_going_on(installation, cluster):
    cluster.fails.add("upgrade")

    steps = tried(installation)

    assert list(steps) == STEPS
    assert steps["rolling upgrade"].complaints == ["upgrade failed: pods are not ready"]
    assert steps["rollback"].complaints == []


def test_a_failed_request_or_a_lost_order_is_a_complaint_of_its_step(installation, program):
    program.carries_a_load(msgspec.structs.replace(CALM, failures=[Failure("order", "503", 2)]))

    steps = tried(installation)

    assert steps["rolling upgrade"].complaints == ["2 times order: 503"]


def test_an_upgrade_that_replaces_no_pod_has_proved_nothing(installation, cluster, program):
    cluster.replaces_pods = False
    program.holds_pods(4)

    steps = tried(installation)

    assert steps["rolling upgrade"].complaints == [
        "the end of the last old pod did not happen within 0 s"
    ]
    assert steps["fewer workers"].complaints == [
        "the end of half of the workers did not happen within 0 s"
    ]


def test_a_load_that_ends_at_once_is_a_complaint(installation, program):
    program.answers("get-pod-argosy-load", {"status": {"phase": "Failed"}})
    program.answers("logs-argosy-load", "the load could not start: no shop")

    steps = tried(installation)

    assert steps["rollback"].complaints == [
        "the load ended at once: the load could not start: no shop"
    ]


def test_the_report_has_a_row_for_each_step_and_every_complaint(tmp_path):
    steps = [
        Step("rolling upgrade", 61.2, [], CALM),
        Step("rollback", 3.0, ["2 times order: 503", "nothing was ordered"]),
    ]

    text, data = report.write(tmp_path, steps, "kind-argosy")

    lines = text.read_text("utf-8").splitlines()
    assert lines[0] == "# Argosy on kind-argosy"
    assert "| rolling upgrade | 61 | 9 | 0 | 3 | 3 | 20 ms | 90 ms | ok |" in lines
    assert "| rollback | 3 |  |  |  |  |  |  | FAILED |" in lines
    assert lines[-2:] == ["- rollback: 2 times order: 503", "- rollback: nothing was ordered"]
    written = json.loads(data.read_text("utf-8"))
    assert (written["passed"], written["steps"][0]["outcome"]["requests"]) == (False, 9)


def test_a_trial_that_did_nothing_has_not_passed():
    assert not report.passed([])
    assert report.passed([Step("install", 1.0, [])])


def test_a_deployment_is_ready_and_sells_something_or_is_undone(cluster, said):
    releases = Releases(cluster, 5)

    assert deploy(releases, {}, said.append) == 1
    assert deploy(releases, {}, said.append) == 2
    cluster.fails.add("test")
    with pytest.raises(ClusterError, match="revision 3 fails its test and is undone: test failed"):
        deploy(releases, {"orders": {}}, said.append)

    assert cluster.actions[-1] == f"rollback to 2 of {SHOP}"


def test_a_first_deployment_that_sells_nothing_has_nothing_to_go_back_to(cluster, said):
    cluster.fails.add("test")

    with pytest.raises(ClusterError, match="revision 1 fails its test: test failed"):
        deploy(Releases(cluster, 5), {}, said.append)
    assert cluster.actions == [f"install {SHOP}", f"test {SHOP}"]


def test_later_files_of_values_win(tmp_path):
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text("orders: {web: {replicas: 2, threads: 4}}\n", "utf-8")
    second.write_text("orders: {web: {replicas: 3}}\n", "utf-8")

    assert values_of([first, second]) == {"orders": {"web": {"replicas": 3, "threads": 4}}}


@pytest.mark.parametrize("content", ["- a list\n", "a: [\n", None])
def test_a_file_without_values_is_refused(tmp_path, content):
    file = tmp_path / "values.yaml"
    if content:
        file.write_text(content, "utf-8")

    with pytest.raises(ClusterError, match=r"values\.yaml holds no values"):
        values_of([file])


def test_what_kubectl_says_is_the_reason(program):
    program.fails("get", "warning\nError from server (Forbidden): pods is forbidden")

    with pytest.raises(ClusterError, match=r"kubectl get failed: Error from server \(Forbidden\)"):
        program.kubectl.list("pods")


def test_a_wait_ends(tmp_path):
    with pytest.raises(ClusterError, match="the end of time did not happen within 0 s"):
        wait_until("the end of time", lambda: False, 0.0, look=0.0)


def test_a_program_that_is_missing_is_named():
    with pytest.raises(ClusterError, match="kubectl is not on the path"):
        Kubectl.found("shop", {"PATH": "/nowhere"})
    with pytest.raises(ClusterError, match="kind is not on the path"):
        Kind.found({"PATH": "/nowhere"}, print)


@pytest.mark.parametrize("command", ["e2e-cluster", "install", "deploy"])
def test_without_a_cluster_there_is_one_sentence_and_exit_1(program, tmp_path, command):
    program.fails("version", "The connection to the server 127.0.0.1:1 was refused")
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(_NOBODY, "utf-8")

    done = subprocess.run(  # noqa: S603 - a module of ours
        [sys.executable, "-m", "tools.cluster", command],
        cwd=ROOT,
        env=os.environ | program.environ | {"KUBECONFIG": str(kubeconfig)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith(f"{command}: ")


_NOBODY = """
apiVersion: v1
kind: Config
current-context: nobody
clusters: [{name: nobody, cluster: {server: "http://127.0.0.1:1"}}]
contexts: [{name: nobody, context: {cluster: nobody, user: nobody}}]
users: [{name: nobody, user: {}}]
"""
