"""How tools fill the catalog of a shop: as its administrator, by an import that they wait for."""

import os
import time
from collections.abc import Mapping
from typing import Any

from tools.replay.shop import ReplayFailed, Shop, bearer

IMPORTS = "/api/v1/imports"
_PERSON = ("ARGOSY_SEED_ADMIN_EMAIL", "ARGOSY_SEED_ADMIN_PASSWORD")
_POLL_SECONDS = 0.5


def running_shop(base_url: str) -> tuple[Shop, Mapping[str, str]]:
    """The shop that answers there, and the headers of the administrator whom the environment names;
    ReplayFailed if it names nobody."""
    if missing := [name for name in _PERSON if not os.environ.get(name)]:
        raise ReplayFailed(f"a running shop needs {', '.join(missing)}")
    shop = Shop(lambda path: base_url.rstrip("/") + path, connections=1)
    return shop, sign_in(shop, *(os.environ[name] for name in _PERSON))


def sign_in(shop: Shop, email: str, password: str) -> Mapping[str, str]:
    """The headers of that person's requests."""
    answer = shop.post("/api/v1/accounts/login", {"email": email, "password": password})
    return bearer(answer["access_token"])


def import_lines(
    shop: Shop, headers: Mapping[str, str], body: bytes, *, seconds: float
) -> dict[str, Any]:
    """The finished import of NDJSON rows; ReplayFailed if it takes longer."""
    kind = {"Content-Type": "application/x-ndjson"}
    accepted = shop.call("POST", IMPORTS, body, {**headers, **kind})
    until = time.monotonic() + seconds
    while True:
        found: dict[str, Any] = shop.get(f"{IMPORTS}/{accepted['id']}", headers)
        if found["state"] == "done":
            return found
        if time.monotonic() > until:
            raise ReplayFailed(f"the import {accepted['id']} is not done after {seconds:.0f} s")
        time.sleep(_POLL_SECONDS)
