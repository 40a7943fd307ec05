"""All dashboards there are."""

from collections.abc import Sequence
from typing import Any

from tools.monitoring.dashboards import budgets, dependencies, sagas, service, shop, workers

_PLATFORM = {
    "shop": shop.BOARD,
    "workers": workers.BOARD,
    "sagas": sagas.BOARD,
    "dependencies": dependencies.BOARD,
    "budgets": budgets.BOARD,
}


def platform_boards() -> dict[str, dict[str, Any]]:
    """Those of the whole shop, by file name."""
    return {name: board.json() for name, board in _PLATFORM.items()}


def service_board(name: str, components: Sequence[str]) -> dict[str, Any]:
    """That of one service."""
    return service.board(name, components).json()
