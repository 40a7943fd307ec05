"""One shop for all end-to-end tests, and at their end its books must agree."""

from collections.abc import Iterator

import pytest

from libs.testing.invariants.check import await_quiet, check
from tests.end_to_end.shop import Shop, open_shop

# A provider that is silent for longer is in doubt; the tests need not wait as long as a shop.
PATIENCE = {
    "ARGOSY_PAYMENTS_CONNECT_SECONDS": "1",
    "ARGOSY_PAYMENTS_READ_SECONDS": "4",
    "ARGOSY_PAYMENTS_LEASE_SECONDS": "11",
    "ARGOSY_PAYMENTS_MISSING_SECONDS": "5",
}


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    """A running shop; each test sells things of its own in it."""
    with open_shop(PATIENCE) as opened:
        yield opened
        assert_books_agree(opened)


@pytest.fixture(scope="module")
def fragile_shop() -> Iterator[Shop]:
    """A shop of the module alone, whose servers may be ended."""
    with open_shop(PATIENCE) as opened:
        yield opened
        assert_books_agree(opened)


def assert_books_agree(shop: Shop) -> None:
    """Once nothing moves any more, every promise of the shop holds."""
    await_quiet(shop.cluster, 60)
    assert [str(violation) for violation in check(shop.cluster)] == []
