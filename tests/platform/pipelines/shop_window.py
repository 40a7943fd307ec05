"""A shop of one file, with the faults that a load has to notice, on a real socket."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from threading import Lock
from typing import Any

import msgspec

Start = Callable[[str, list[tuple[str, str]]], object]


@dataclass
class Window:
    """Takes orders; `faults` says which of its promises it breaks."""

    faults: frozenset[str] = frozenset()
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    _keys: dict[str, str] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: count(1))
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"].read(length)
        with self._lock:
            route = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
            self.asked[route.rpartition("/ord_")[0] or route] += 1
            status, body = self._answer(route, environ.get("HTTP_IDEMPOTENCY_KEY", ""))
        start(status, [("Content-Type", "application/json")])
        return [msgspec.json.encode(body)]

    def _answer(self, route: str, key: str) -> tuple[str, Any]:
        match route:
            case "GET /api/v1/products":
                return self._browse()
            case "POST /api/v1/carts":
                return "201 Created", {"id": f"cart_{next(self._numbers)}", "session_token": "t"}
            case "POST /api/v1/orders":
                return "202 Accepted", self.orders[self._place(key)]
        return self._show(route.rpartition("/")[2])

    def _browse(self) -> tuple[str, Any]:
        restarting = "restarts" in self.faults and self.asked["GET /api/v1/products"] % 3 == 0
        return ("503 Unavailable", {"detail": "away"}) if restarting else ("200 OK", {"data": []})

    def _place(self, key: str) -> str:
        if key not in self._keys or "doubles" in self.faults:
            self._keys[key] = f"ord_{next(self._numbers)}"
            state = "pending" if "hangs" in self.faults else "processing"
            state = "cancelled" if "cancels" in self.faults else state
            self.orders[self._keys[key]] = {"id": self._keys[key], "status": state}
        return self._keys[key]

    def _show(self, order: str) -> tuple[str, Any]:
        if "forgets" in self.faults:
            return "404 Not Found", {"detail": "no such order"}
        return "200 OK", self.orders[order]
