"""Password hashes without a database."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import bcrypt
import pytest
from argon2 import PasswordHasher, extract_parameters

from services.accounts.errors import PasswordsBusy
from services.accounts.passwords import Passwords

PASSWORD = "violet-anchor-47-moss"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords(at_once=4, patience=2)


def test_hashes_are_argon2id_of_19_mib(passwords):
    stored = passwords.hash(PASSWORD)

    parameters = extract_parameters(stored)
    assert stored.startswith("$argon2id$")
    cost = (parameters.memory_cost, parameters.time_cost, parameters.parallelism)
    assert cost == (19 * 1024, 2, 1)


def test_a_right_password_needs_no_new_hash(passwords):
    proof = passwords.prove(passwords.hash(PASSWORD), PASSWORD)

    assert (proof.matched, proof.renewed) == (True, None)


def test_a_wrong_password_does_not_match(passwords):
    assert not passwords.prove(passwords.hash(PASSWORD), PASSWORD + "x").matched


def test_nobodys_password_never_matches(passwords):
    assert not passwords.prove(None, PASSWORD).matched


def test_a_weaker_hash_is_renewed_once_the_password_is_known(passwords):
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)

    proof = passwords.prove(weak, PASSWORD)

    assert proof.matched
    assert passwords.prove(proof.renewed, PASSWORD).matched
    assert passwords.prove(weak, PASSWORD + "x").renewed is None


@pytest.mark.parametrize("password", [PASSWORD, "ü" * 60])
def test_a_bcrypt_hash_is_taken_over(passwords, password):
    old = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()

    proof = passwords.prove(old, password)

    assert proof.matched
    assert proof.renewed.startswith("$argon2id$")
    assert not passwords.prove(old, "wrong" + password).matched


def test_who_finds_no_place_in_time_is_told_when_to_come_back():
    passwords = Passwords(at_once=1, patience=0.05)
    taken, release = Event(), Event()

    def occupy() -> None:
        with passwords.place():
            taken.set()
            release.wait(10)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(occupy)
        taken.wait(10)
        with pytest.raises(PasswordsBusy) as refusal:
            passwords.hash(PASSWORD)
        release.set()

    assert refusal.value.extra == {"retry_after": 2}


def test_who_waits_gets_the_next_free_place():
    passwords = Passwords(at_once=2, patience=30)

    with ThreadPoolExecutor(16) as pool:
        hashes = list(pool.map(passwords.hash, [PASSWORD] * 16))

    assert len(set(hashes)) == 16
