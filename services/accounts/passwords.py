"""Password hashes: argon2id, a bounded number at once, old bcrypt hashes taken over."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore

import bcrypt
from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

from services.accounts.errors import PasswordsBusy
from services.accounts.rules import normalize_password

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
_BCRYPT = "$2"
# bcrypt has never looked at more; the library refuses longer texts instead of cutting them.
_BCRYPT_BYTES = 72


@dataclass(frozen=True)
class Proof:
    """Whether a password was right, and its new hash when the stored one is of an older kind."""

    matched: bool
    renewed: str | None = None


class Passwords:
    """Hashes for one process; each costs 19 MiB and 20 to 30 ms of a core."""

    def __init__(self, *, at_once: int, patience: float) -> None:
        self._argon2 = PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
        )
        self._places = BoundedSemaphore(at_once)
        self._patience = patience
        self._nobody = self._argon2.hash(secrets.token_hex())

    def hash(self, password: str) -> str:
        """A new hash; PasswordsBusy when no place becomes free in time."""
        with self.place():
            return self._argon2.hash(normalize_password(password))

    def prove(self, stored: str | None, password: str) -> Proof:
        """Check against a stored hash; without one the same work is done and nothing matches."""
        password = normalize_password(password)
        with self.place():
            if stored is None:
                self._matches(self._nobody, password)
                return Proof(matched=False)
            if not self._matches(stored, password):
                return Proof(matched=False)
            return Proof(matched=True, renewed=self._renew(stored, password))

    def _matches(self, stored: str, password: str) -> bool:
        if stored.startswith(_BCRYPT):
            return bcrypt.checkpw(password.encode()[:_BCRYPT_BYTES], stored.encode())
        try:
            return self._argon2.verify(stored, password)
        except VerifyMismatchError:
            return False

    def _renew(self, stored: str, password: str) -> str | None:
        if stored.startswith(_BCRYPT) or self._argon2.check_needs_rehash(stored):
            return self._argon2.hash(password)
        return None

    @contextmanager
    def place(self) -> Iterator[None]:
        """Waiting a little serves more clients than refusing; waiting long serves nobody."""
        if not self._places.acquire(timeout=self._patience):
            raise PasswordsBusy("too many people are signing in; try again", retry_after=2)
        try:
            yield
        finally:
            self._places.release()
