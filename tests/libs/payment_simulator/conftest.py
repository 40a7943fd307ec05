"""A simulator of our own for these tests."""

from collections.abc import Iterator

import pytest

from libs.testing.servers.payment_simulator import PaymentSimulator
from libs.testing.servers.private import scratch_directory


@pytest.fixture(scope="module")
def provider() -> Iterator[PaymentSimulator]:
    """Quick faults; nobody listens to its webhooks."""
    quick = ("--slow-seconds=0.3", "--hang-seconds=0.5", "--unseen-seconds=0.5")
    with scratch_directory() as directory, PaymentSimulator(directory, *quick) as simulator:
        yield simulator
