"""What the repository gives to those who develop, read and run it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from gunicorn.app.base import BaseApplication
from openapi_spec_validator import validate

from libs.runtime import http_server, registry
from tests.end_to_end.shop import ADMIN, PASSWORD, Shop
from tests.platform.render.cases import chart_of
from tools.docs.__main__ import pages
from tools.docs.__main__ import stale as stale_pages
from tools.env_example import FILE, text
from tools.new_service.__main__ import files as files_of_service
from tools.new_service.__main__ import words
from tools.run.demo import goods

ROOT = Path(__file__).parents[2]
METHODS = {"get", "post", "put", "patch", "delete"}


def _read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def _dry_run(*targets: str) -> str:
    """What make would do."""
    done = subprocess.run(  # noqa: S603 - make alone, which runs nothing here
        ["/usr/bin/env", "make", "-n", *targets],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout


def _workflow(name: str) -> str:
    return _read(f".github/workflows/{name}.yaml")


def test_row_116_every_service_has_tests_of_its_own():
    counts = {
        name: sum(
            file.read_text("utf-8").count("\ndef test_")
            for file in (ROOT / "services" / name / "tests").rglob("test_*.py")
        )
        for name in registry.discover()
    }

    assert {name: count for name, count in counts.items() if count < 10} == {}


def test_row_117_the_api_is_tested_whole_by_one_command():
    command = _dry_run("test", "ARGS=tests/end_to_end")
    tests = sum(
        file.read_text("utf-8").count("\ndef test_")
        for file in (ROOT / "tests/end_to_end").glob("test_*.py")
    )

    assert "pytest" in command
    assert "tests/end_to_end" in command
    assert tests > 30


def test_row_118_everything_is_checked_by_one_command():
    commands = _dry_run("test")

    for program in ("ruff check .", "ruff format --check .", "mypy", "lint-imports", "pytest"):
        assert program in commands


def test_row_119_lint_runs_on_every_pull_request():
    workflow = yaml.safe_load(_workflow("checks"))
    steps = [step.get("run") for job in workflow["jobs"].values() for step in job["steps"]]

    assert "pull_request" in workflow[True]  # YAML reads the word `on` as true
    assert "make lint" in steps


@pytest.fixture(scope="module")
def document(shop: Shop) -> dict[str, Any]:
    """The merged OpenAPI document of the running shop."""
    found: dict[str, Any] = shop.guest().at("GET", "/openapi.json").expect(200)
    return found


def test_row_120_the_api_is_described_whole_and_shown_in_two_pages(shop, document):
    operations = [
        one
        for members in document["paths"].values()
        for method, one in members.items()
        if method in METHODS
    ]
    shown = [
        shop.guest().at("GET", path) for path in ("/docs/", "/redoc/", "/api/docs/", "/api/docs")
    ]

    validate(document)
    assert len(operations) > 150
    assert all(one["summary"] and one["x-authz"] and one["x-codeSamples"] for one in operations)
    assert [answer.status for answer in shown] == [200] * 4
    assert "swagger-ui.js" in shown[2].body


def test_row_121_a_postman_collection_holds_every_operation(shop, document):
    path = "/docs/postman_collection.json"
    collection = shop.guest().at("GET", path).expect(200)
    named = {item["name"] for folder in collection["item"] for item in folder["item"]}

    assert collection["info"]["schema"].endswith("v2.1.0/collection.json")
    assert named == {
        one["operationId"]
        for members in document["paths"].values()
        for method, one in members.items()
        if method in METHODS
    }


def test_row_122_architecture_and_tables_are_drawn():
    drawn = pages()

    assert _read("docs/architecture.md").count("```mermaid") >= 4
    assert {f"erd/{name}.md" for name in registry.discover()} <= set(drawn)
    assert all("erDiagram" in drawn[f"erd/{name}.md"] for name in registry.discover())


def test_row_123_readme_and_guides_lead_in(shop):
    page = _read("README.md")
    linked = re.findall(r"\]\(([\w./-]+?)(?:#.*?)?\)", page)

    assert "make run" in page
    assert [path for path in linked if not (ROOT / path).exists()] == []
    for name in registry.discover():
        assert f"| {name} |" in page
        assert len(_read(f"services/{name}/README.md")) > 500


def test_row_124_trouble_has_a_page_and_every_alert_a_runbook():
    page = _read("docs/troubleshooting.md")
    modules = set(re.findall(r"python -m ([\w.]+)", page))

    assert page.count("\n| ") > 10
    assert modules
    for module in modules:
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()
    assert _read("docs/operations.md").count("\n### Argosy") > 40


def test_row_125_contributing_and_the_licence_are_stated():
    assert "Apache License" in _read("LICENSE")
    assert 'license = "Apache-2.0"' in _read("pyproject.toml")
    assert "make test" in _read("CONTRIBUTING.md")


def test_row_126_adding_an_environment_variable_is_described_and_checked(tmp_path):
    guide = _read("CONTRIBUTING.md").partition("## A new environment variable")[2]

    assert guide.count("\n1. ") == 1
    assert "make env-example docs charts k8s" in guide
    assert "settings.md" in stale_pages(tmp_path)
    assert "ARGOSY_LOG_LEVEL" in pages()["settings.md"]


def test_row_127_every_service_has_an_image_that_runs_gunicorn(shop):
    """The image runs the program that also serves here, as nobody in particular."""
    program = Path(f"/proc/{shop.cluster.process('web').pid}/cmdline").read_text("utf-8")
    lacking = [
        name
        for name in registry.discover()
        if f"COPY services/{name}/" not in _read(f"services/{name}/Dockerfile")
        or 'CMD ["web"' not in _read(f"services/{name}/Dockerfile")
    ]

    assert lacking == []
    assert program.split("\0")[2:4] == ["libs.runtime", "web"]
    assert _served_by_gunicorn()
    assert "USER 65532" in _read("Dockerfile.base")


def _served_by_gunicorn() -> bool:
    return any(
        isinstance(one, type) and issubclass(one, BaseApplication) and one is not BaseApplication
        for one in vars(http_server).values()
    )


def test_row_128_databases_broker_cache_and_services_start_together_on_one_machine(shop):
    cluster = shop.cluster

    assert [one.running for one in (cluster.postgres, cluster.rabbit, cluster.redis)] == [True] * 3
    assert all(process.running for process in cluster.processes())
    assert "tools.run" in _dry_run("run")


def test_row_129_manifests_for_kubernetes_name_every_service():
    overlays = [path.parent.name for path in (ROOT / "k8s/overlays").glob("*/kustomization.yaml")]
    umbrella = yaml.safe_load(_read("charts/argosy/Chart.yaml"))

    parts = {one["name"] for one in umbrella["dependencies"]}

    assert {"staging", "production"} <= set(overlays)
    assert set(registry.discover()) <= parts


def test_row_131_databases_are_brought_up_to_date_by_a_command_that_may_be_repeated(shop):
    migration = shop.cluster.installation.migration()

    done = subprocess.run(  # noqa: S603 - our own program
        migration.command,
        cwd=migration.directory,
        env=dict(migration.environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert shop.guest().at("GET", "/readyz").status == 200


def test_row_132_every_setting_stands_in_the_example_of_an_environment():
    assert FILE.read_text("utf-8") == text(registry.discover())


def test_row_133_one_command_starts_makes_a_service_and_writes_clients():
    made = dict(files_of_service(words("parcels", None, ROOT)))

    assert {Path("app.py"), Path("Dockerfile"), Path("migrations/0001_parcels.py")} <= set(made)
    for target, module in (
        ("run", "tools.run"),
        ("new-service", "tools.new_service"),
        ("clients", "tools.clients"),
    ):
        assert module in _dry_run(target)


def test_row_134_images_are_built_tagged_and_pushed_by_commands():
    assert "tools.images.build orders" in _dry_run("images", "ARGS=orders")
    assert 'REGISTRY="registry.example/shop"' in _dry_run(
        "release", "REGISTRY=registry.example/shop"
    )
    assert "make release" in _workflow("main")


def test_row_135_the_production_target_is_described_as_code():
    """Kubernetes stands in for ECS and its Terraform: manifests and values are the description."""
    values = yaml.safe_load(_read("k8s/overlays/production/values.yaml"))
    kustomization = yaml.safe_load(_read("k8s/overlays/production/kustomization.yaml"))

    assert values["global"]
    assert kustomization["resources"]


def test_row_136_pull_requests_are_linted_and_tested():
    workflow = yaml.safe_load(_workflow("checks"))
    steps = [step.get("run") for job in workflow["jobs"].values() for step in job["steps"]]

    assert {"make lint", "make types", "make imports", "make test"} <= set(steps)


def test_row_137_what_is_merged_is_built_and_deployed():
    pipeline = _read("jenkins/Jenkinsfile")

    assert "make release" in _workflow("main")
    assert "deploy" in pipeline
    assert "tools.cluster deploy" in _dry_run("deploy")


def test_row_138_a_rollout_waits_for_health_and_goes_back_when_it_does_not_come():
    objects = chart_of("orders").objects({})
    web = next(one for one in objects if _is(one, "Deployment", "web"))
    [container] = web["spec"]["template"]["spec"]["containers"]

    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert web["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert any(one["kind"] == "PodDisruptionBudget" for one in objects)
    assert "tools.cluster deploy" in _dry_run("deploy")


def _is(one: Any, kind: str, ending: str) -> bool:
    return bool(one["kind"] == kind and one["metadata"]["name"].endswith(ending))


def test_row_139_everyday_work_has_its_commands(shop):
    described = subprocess.run(
        ["/usr/bin/env", "make", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout

    for target in ("run", "reset", "test", "replay", "clients", "deploy", "docs"):
        assert f"make {target} " in described
    assert any(shop.cluster.installation.logs.glob("*.log"))


def test_row_140_speed_is_measured_against_limits_of_the_same_run():
    assert "-m bench" in _dry_run("bench")
    assert any((ROOT / "bench/limits").glob("*.py"))


def test_row_141_made_up_goods_are_the_same_each_time(shop):
    demo = [msgspec.to_builtins(goods.load()) for _ in range(2)]
    url = shop.cluster.url_of("catalog")
    who = {"ARGOSY_SEED_ADMIN_EMAIL": ADMIN, "ARGOSY_SEED_ADMIN_PASSWORD": PASSWORD}

    seeded = [
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "tools.seed", "--size", "100", "--base-url", url],
            cwd=ROOT,
            env=who,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        for _ in range(2)
    ]

    assert demo[0] == demo[1]
    assert seeded == [
        "rows 100 created 100 updated 0 failed 0\n",
        "rows 100 created 0 updated 0 failed 0\n",
    ]
