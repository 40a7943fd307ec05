"""Policies without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from services.accounts.errors import WeakPassword
from services.accounts.rules import (
    check_password,
    normalize_email,
    refresh_expiry,
)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("\uff41\uff4e\uff4e@example.com", "ann@example.com"),
        ("\ufb01nn@example.com", "finn@example.com"),
        ("ANN@EXAMPLE.COM", "ann@example.com"),
    ],
)
def test_look_alikes_of_an_address_are_one(given, known):
    assert normalize_email(given) == known


@pytest.mark.parametrize(
    "given", ["Ann@Example.COM", "\ufb01nn@example.com", "\u01f0@example.com", "\u212a@x.y"]
)
def test_a_known_address_stays_as_it_is(given):
    known = normalize_email(given)

    assert normalize_email(known) == known


@pytest.mark.parametrize(
    "guess",
    ["password1234", "PASSWORD1234", "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff441234"],
)
def test_common_passwords_are_refused_in_every_spelling(guess):
    with pytest.raises(WeakPassword):
        check_password(guess, email="ann@example.com")


def test_a_refresh_token_never_outlives_its_session():
    assert refresh_expiry(NOW, NOW + timedelta(days=30)) == NOW + timedelta(days=14)
    assert refresh_expiry(NOW, NOW + timedelta(days=3)) == NOW + timedelta(days=3)
