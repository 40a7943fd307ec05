"""What keeps strangers out."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from libs.runtime import registry
from libs.testing.tokens import Issuer
from tests.acceptance.conftest import ORIGIN
from tests.end_to_end.shop import Shop

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def closed(shop: Shop) -> dict[str, str]:
    """One address for users alone of every service that has any, by the service."""
    document = shop.guest().at("GET", "/openapi.json").expect(200)
    owners = registry.owners(registry.discover())
    return {
        str(owners.find(path)): path
        for path, members in document["paths"].items()
        if "{" not in path and members.get("get", {}).get("x-authz", {}).get("user")
    }


def test_row_105_every_service_checks_tokens_itself(shop, closed, tmp_path):
    forged = Issuer(tmp_path).admin()["Authorization"]
    cut = shop.admin.headers["Authorization"][:-4]

    answers = {
        service: [
            shop.guest().at("GET", path, Authorization=token).status for token in (forged, cut, "")
        ]
        for service, path in closed.items()
    }

    assert len(answers) > 8
    assert {service: found for service, found in answers.items() if found != [401] * 3} == {}


def test_row_106_guesses_are_limited(shop):
    guess = {"email": "guessed@example.com", "password": "not the password"}

    answers = [shop.guest().post("/accounts/login", guess) for _ in range(12)]

    assert [answer.status for answer in answers[:10]] == [401] * 10
    assert answers[-1].status == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "login_failed" in answers[-1].headers["RateLimit-Policy"]


@pytest.mark.parametrize(("origin", "allowed"), [(ORIGIN, ORIGIN), ("https://evil.example", None)])
def test_row_107_browsers_of_listed_origins_alone_may_call(shop, origin, allowed):
    answer = shop.guest().get("/products", Origin=origin)

    assert answer.headers.get("Access-Control-Allow-Origin") == allowed


def test_row_108_input_is_checked_and_never_becomes_sql(shop):
    guest = shop.guest()
    attack = "x%27%29%3B+DROP+TABLE+product%3B--"

    searched = guest.get(f"/products/search?q={attack}")
    filtered = guest.get(f"/products?category={attack}")
    unknown = guest.post("/carts", {"currency": "EUR", "price": 1})
    still_there = guest.get("/products")

    assert (searched.status, filtered.status, still_there.status) == (200, 200, 200)
    assert (unknown.status, unknown.body["errors"][0]["pointer"]) == (422, "/price")


def test_row_110_databases_are_reached_over_tls():
    text = (ROOT / "k8s/operators/external-secrets/operator/secrets.yaml").read_text("utf-8")
    urls = [line.strip() for line in text.splitlines() if "url: postgresql://" in line]

    assert len(urls) == len(registry.discover())
    assert [url for url in urls if not url.endswith("?sslmode=require")] == []


def _templates(service: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        (ROOT / "charts" / service / "facts.yaml").read_text("utf-8")
    )
    return found


@pytest.mark.parametrize("service", ["orders"])
def test_row_111_secrets_come_by_the_environment_and_are_never_shown(service):
    word = "super-secret-word"
    variable = "ARGOSY_PAYMENTS_SIMULATOR_WEBHOOK_SECRETS"

    shown = subprocess.run(
        [sys.executable, "-m", "libs.runtime", "check", "--services", "payments"],
        cwd=ROOT,
        env={
            **os.environ,
            variable: word,
            "ARGOSY_PAYMENTS_DATABASE_URL": f"postgresql://a:{word}@b/c",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    secrets = {one["variable"] for one in _templates(service)["secrets"] if "variable" in one}
    assert "ARGOSY_ORDERS_DATABASE_URL" in secrets
    assert variable in shown.stdout
    assert word not in shown.stdout + shown.stderr
