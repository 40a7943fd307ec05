"""One shop for each module of end-to-end tests."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.shop import Shop, open_shop


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """A running shop that sells nothing yet."""
    with open_shop() as opened:
        yield opened
