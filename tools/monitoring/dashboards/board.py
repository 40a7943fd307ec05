"""Grafana dashboards as data: boards of rows of panels, laid out and turned into Grafana's JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["timeseries", "stat", "table"]
Json = dict[str, Any]
_COLUMNS = 24
_SCHEMA = 39
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_OPTIONS: dict[Kind, Json] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom"},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "background"},
    "table": {"showHeader": True},
}


@dataclass(frozen=True)
class Query:
    """PromQL, and how a legend names each of its series."""

    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """One chart. `limit` is where a figure begins to be bad; `unit` is Grafana's name of it."""

    title: str
    queries: Sequence[Query]
    unit: str = "short"
    kind: Kind = "timeseries"
    width: int = 8
    height: int = 8
    about: str = ""
    limit: float | None = None


@dataclass(frozen=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Board:
    """One page."""

    uid: str
    title: str
    about: str
    rows: Sequence[Row]

    def json(self) -> Json:
        """What Grafana reads."""
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.about,
            "tags": ["argosy"],
            "schemaVersion": _SCHEMA,
            "editable": False,
            "refresh": "30s",
            "time": {"from": "now-3h", "to": "now"},
            "templating": {"list": _variables()},
            "panels": list(_laid_out(self.rows)),
        }


def _variables() -> list[Json]:
    return [
        {"name": "datasource", "type": "datasource", "query": "prometheus", "hide": 0},
        {
            "name": "namespace",
            "type": "query",
            "datasource": _SOURCE,
            "query": "label_values(argosy_service_info, namespace)",
            "includeAll": True,
            # Outside Kubernetes there is no such label, and then it has to match nothing as well.
            "allValue": ".*",
            "current": {"text": "All", "value": "$__all"},
            "refresh": 2,
        },
    ]


def _laid_out(rows: Sequence[Row]) -> Iterator[Json]:
    number, top = 1, 0
    for row in rows:
        place = {"h": 1, "w": _COLUMNS, "x": 0, "y": top}
        yield {
            "id": number,
            "type": "row",
            "title": row.title,
            "collapsed": False,
            "gridPos": place,
            "panels": [],
        }
        number, top, left, tallest = number + 1, top + 1, 0, 0
        for panel in row.panels:
            if left + panel.width > _COLUMNS:
                top, left, tallest = top + tallest, 0, 0
            place = {"h": panel.height, "w": panel.width, "x": left, "y": top}
            yield _panel(number, panel, place)
            number, left, tallest = number + 1, left + panel.width, max(tallest, panel.height)
        top += tallest


def _panel(number: int, panel: Panel, place: Json) -> Json:
    defaults: Json = {"unit": panel.unit, "min": 0}
    if panel.kind == "timeseries":
        defaults["custom"] = {"fillOpacity": 10, "showPoints": "never"}
    if panel.limit is not None:
        steps = [{"color": "green", "value": None}, {"color": "red", "value": panel.limit}]
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": _OPTIONS[panel.kind],
        "targets": [_target(panel, name, query) for name, query in _named(panel.queries)],
    }


def _named(queries: Sequence[Query]) -> Iterator[tuple[str, Query]]:
    for number, query in enumerate(queries):
        yield chr(ord("A") + number), query


def _target(panel: Panel, name: str, query: Query) -> Json:
    is_table = panel.kind == "table"
    return {
        "refId": name,
        "datasource": _SOURCE,
        "expr": query.expr,
        "legendFormat": query.legend,
        "instant": is_table,
        "range": not is_table,
        "format": "table" if is_table else "time_series",
    }
