"""Dashboards can be read by Grafana, and Prometheus understands what they ask."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.platform.monitoring.cases import promtool
from tests.platform.monitoring.promql import filled, grouped, named
from tests.platform.monitoring.repository import dashboards, queries
from tools.monitoring.dashboards.board import Board, Panel, Query, Row

FILES = dashboards()
COLUMNS = 24


def _board(file: Path) -> dict[str, Any]:
    board: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return board


def _panels(board: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from board["panels"]


def _cells(panel: dict[str, Any]) -> set[tuple[int, int]]:
    place = panel["gridPos"]
    return {
        (column, line)
        for column in range(place["x"], place["x"] + place["w"])
        for line in range(place["y"], place["y"] + place["h"])
    }


def overlaps(board: dict[str, Any]) -> list[str]:
    """Panels that lie upon others or stick out."""
    taken: set[tuple[int, int]] = set()
    found = []
    for panel in _panels(board):
        cells = _cells(panel)
        if cells & taken or max(column for column, _ in cells) >= COLUMNS:
            found.append(str(panel["title"]))
        taken |= cells
    return found


def test_no_two_dashboards_share_an_identity() -> None:
    boards = [_board(file) for file in FILES]

    assert len({board["uid"] for board in boards}) == len(boards)
    assert len({board["title"] for board in boards}) == len(boards)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_two_panels_share_a_place_or_a_number(file: Path) -> None:
    board = _board(file)
    numbers = [panel["id"] for panel in _panels(board)]

    assert overlaps(board) == []
    assert len(set(numbers)) == len(numbers)


def _drawn(*panels: Panel) -> dict[str, Any]:
    return Board("x", "x", "x", [Row("row", panels)]).json()


def test_a_panel_that_sticks_out_is_reported() -> None:
    assert overlaps(_drawn(Panel("wide", [Query("up")], width=COLUMNS + 1))) == ["wide"]


def test_a_panel_upon_another_is_reported() -> None:
    board = _drawn(Panel("first", [Query("up")]), Panel("next", [Query("up")]))
    board["panels"][2]["gridPos"] = board["panels"][1]["gridPos"]

    assert overlaps(board) == ["next"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_prometheus_understands_every_query(file: Path, tmp_path: Path) -> None:
    rules = [
        {"record": f"query:{number}", "expr": filled(query.expr)}
        for number, query in enumerate(queries(file))
    ]
    document = tmp_path / "rules.yaml"
    document.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))

    assert promtool("check", "rules", document) == ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_legend_shows_labels_that_its_query_keeps(file: Path) -> None:
    lost = [
        (query.legend, query.expr)
        for query in queries(file)
        if (kept := [labels for labels, _ in grouped(filled(query.expr))])
        and not named(query.legend) <= frozenset().union(*kept)
    ]

    assert lost == []
