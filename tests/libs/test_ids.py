"""Identifiers tell when they were made."""

import time

import pytest

from libs.ids import made_at, uuid7


def test_an_identifier_knows_when_it_was_made():
    before = time.time()

    made = made_at(uuid7())

    assert made == pytest.approx(before, abs=1)
