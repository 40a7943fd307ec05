"""What others know to be wrong in workflows, Dockerfiles and Jenkinsfiles is not in ours."""

import pytest

from tests.architecture.repository import ROOT, files
from tests.platform.pipelines.linters import actionlint, groovy_lint, hadolint, run
from tests.platform.pipelines.workflows import GITHUB

DOCKERFILES = [str(path) for path in files(ROOT) if path.name.startswith("Dockerfile")]


def test_actionlint_finds_nothing():
    found = run([actionlint(), "-no-color", "-shellcheck=", "-pyflakes="])

    assert (found.stdout, found.stderr, found.returncode) == ("", "", 0)


def test_actionlint_would_find_something(tmp_path):
    source = (GITHUB / "workflows/checks.yaml").read_text("utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text(source.replace("runs-on", "runs-at"), "utf-8")

    found = run([actionlint(), "-no-color", str(broken)])

    assert 'unexpected key "runs-at"' in found.stdout
    assert found.returncode == 1


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_hadolint_finds_nothing(dockerfile):
    found = run([hadolint(), "--no-color", dockerfile])

    assert (found.stdout, found.returncode) == ("", 0)


def test_hadolint_would_find_something(tmp_path):
    broken = tmp_path / "Dockerfile"
    broken.write_text("FROM debian\nRUN cd /tmp\n", "utf-8")

    found = run([hadolint(), "--no-color", str(broken)])

    assert "DL3006" in found.stdout
    assert found.returncode == 1


def test_codenarc_reads_the_jenkinsfile_and_its_steps():
    found = run([groovy_lint(), "--noserver", "--path", "jenkins", "--failon", "warning"])

    assert found.returncode == 0, found.stdout
