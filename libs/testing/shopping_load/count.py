"""After a load every accepted order is asked for until it is decided, and ordered once more."""

import time
from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus

import msgspec
import urllib3

from libs.testing.shopping_load.buyers import Placed, request
from libs.testing.shopping_load.outcome import Orders

_PAUSE = 0.5
_UNDECIDED = "undecided"


def count(url: str, placed: Sequence[Placed], seconds: float) -> Orders:
    """What became of each order. Now that nothing changes any more, answers may be waited for."""
    until = time.monotonic() + seconds
    fates: Counter[str] = Counter()
    for order in placed:
        while (fate := _fate(url, order)) == _UNDECIDED and time.monotonic() < until:
            time.sleep(_PAUSE)
        fates[fate] += 1
    return Orders(
        accepted=len(placed),
        fulfilled=fates["fulfilled"],
        cancelled=fates["cancelled"],
        undecided=fates[_UNDECIDED],
        lost=fates["lost"],
        doubled=sum(_is_doubled(url, order) for order in placed),
    )


def _fate(url: str, order: Placed) -> str:
    """What the API says of it; a shop that does not answer has not decided."""
    try:
        status, content = request(url, "GET", f"/orders/{order.id}", None, order.headers)
    except urllib3.exceptions.HTTPError:
        return _UNDECIDED
    if status == HTTPStatus.NOT_FOUND:
        return "lost"
    if status != HTTPStatus.OK:
        return _UNDECIDED
    state = msgspec.json.decode(content)["status"]
    return {"pending": _UNDECIDED, "cancelled": "cancelled"}.get(state, "fulfilled")


def _is_doubled(url: str, order: Placed) -> bool:
    """Whether the same request, sent again, makes another order."""
    try:
        status, content = request(url, "POST", "/orders", order.body, order.headers)
    except urllib3.exceptions.HTTPError:
        return False
    return status < HTTPStatus.BAD_REQUEST and msgspec.json.decode(content)["id"] != order.id
