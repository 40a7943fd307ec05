"""The load of the cluster tests has nothing to complain about in a shop that nobody disturbs."""

import os
import subprocess
import sys

import pytest

from libs.testing.installation import ROOT
from libs.testing.shopping_load.outcome import decode
from tests.end_to_end.shop import ADMIN, PASSWORD, Shop

pytestmark = pytest.mark.cluster


def _run(url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - a module of ours
        [
            *(sys.executable, "-m", "libs.testing.shopping_load", "--url", url),
            *("--administrator", ADMIN, *arguments),
        ],
        cwd=ROOT,
        env={**os.environ, "ARGOSY_ADMIN_PASSWORD": PASSWORD},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_every_order_of_a_load_is_fulfilled_once(shop: Shop) -> None:
    done = _run(shop.cluster.url_of("orders"), "--seconds", "3", "--buyers", "2", "--pause", "0.1")

    assert done.returncode == 0, done.stderr
    outcome = decode(done.stdout)
    assert outcome.complaints == []
    assert outcome.orders.fulfilled == outcome.orders.accepted > 0
    assert outcome.requests == 3 * outcome.orders.accepted


def test_a_shop_that_does_not_answer_gets_no_load() -> None:
    done = _run("http://127.0.0.1:1")

    assert done.returncode == 1
    assert done.stderr.startswith("the load could not start:")
