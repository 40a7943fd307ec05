"""The program of `helm test` buys something in a running shop, and says when it cannot."""

import os
import subprocess
import sys

import pytest

from libs.testing.installation import ROOT
from tests.end_to_end.shop import ADMIN, PASSWORD, Shop

pytestmark = pytest.mark.cluster


def _run(url: str, *arguments: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - a module of ours
        [sys.executable, "-m", "libs.testing.synthetic_order", "--url", url, *arguments],
        cwd=ROOT,
        env={**os.environ, "ARGOSY_ADMIN_PASSWORD": password},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_an_article_of_its_own_is_bought_again_and_again(shop: Shop) -> None:
    for _ in range(2):
        done = _run(shop.cluster.url_of("orders"), "--administrator", ADMIN)

        assert done.returncode == 0, done.stderr
        assert "went through" in done.stdout


def test_a_declined_payment_is_told(shop: Shop) -> None:
    done = _run(
        shop.cluster.url_of("orders"), "--administrator", ADMIN, "--payment-token", "tok_declined"
    )

    assert done.returncode == 1
    assert "is cancelled, its saga" in done.stderr


def test_an_administrator_who_is_refused_is_told(shop: Shop) -> None:
    done = _run(shop.cluster.url_of("orders"), "--administrator", ADMIN, password="another one")

    assert done.returncode == 1
    assert "POST /accounts/login answered 401" in done.stderr


def test_a_shop_that_does_not_answer_is_told() -> None:
    done = _run("http://127.0.0.1:1", "--sku", "X")

    assert done.returncode == 1
    assert done.stderr.startswith("the synthetic order failed:")
