"""Identifiers tell when they were made."""

import time
from datetime import timedelta

import pytest

from libs import clock
from libs.ids import first_uuid7_of, made_at, uuid7


def test_an_identifier_knows_when_it_was_made():
    before = time.time()

    made = made_at(uuid7())

    assert made == pytest.approx(before, abs=1)


def test_the_first_identifier_of_a_moment_parts_those_made_before_from_those_made_after():
    before = uuid7()
    time.sleep(0.002)
    first = first_uuid7_of(clock.now())

    assert before < first <= uuid7()
    assert first_uuid7_of(clock.now() - timedelta(days=1)) < before
