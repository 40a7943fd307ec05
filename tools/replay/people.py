"""The customers of the replay and the administrator who prepares the shop."""

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tools.replay.shop import Refused, Shop, bearer

# A token is exchanged this long before its end.
_MARGIN_SECONDS = 120.0


@dataclass
class Person:
    """Somebody with an account; several threads may speak for one person."""

    shop: Shop
    email: str
    password: str
    _access: str = ""
    _refresh: str = ""
    _good_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def register(self, name: str) -> bool:
        """Open the account; False if an earlier replay did."""
        body = {"email": self.email, "password": self.password, "name": name}
        try:
            self.shop.post("/api/v1/accounts/register", body)
        except Refused as refusal:
            if refusal.code != "accounts.email_taken":
                raise
            return False
        return True

    def headers(self) -> dict[str, str]:
        """A header with a token that is good for the next request."""
        with self._lock:
            if time.monotonic() > self._good_until:
                self._renew()
            return bearer(self._access)

    def _renew(self) -> None:
        if self._refresh:
            path, body = "token/refresh", {"refresh_token": self._refresh}
        else:
            path, body = "login", {"email": self.email, "password": self.password}
        asked = time.monotonic()
        tokens = self.shop.post(f"/api/v1/accounts/{path}", body)
        self._access, self._refresh = tokens["access_token"], tokens["refresh_token"]
        self._good_until = asked + tokens["expires_in"] - _MARGIN_SECONDS


def email_of(customer: str) -> str:
    """The address of a customer number."""
    return f"customer-{customer}@replay.example"


def welcome(shop: Shop, customers: list[str], secret: str, concurrency: int) -> dict[str, Person]:
    """Every customer by number, registered and signed in.

    The same secret gives the same passwords, for a later replay against the same shop.
    """

    def arrive(customer: str) -> Person:
        email = email_of(customer)
        password = hashlib.sha256(f"{secret} {email}".encode()).hexdigest()[:32]
        person = Person(shop, email, password)
        person.register(f"Customer {customer}")
        person.headers()
        return person

    with ThreadPoolExecutor(concurrency) as threads:
        return dict(zip(customers, threads.map(arrive, customers), strict=True))
