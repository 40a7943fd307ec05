"""Error budgets: what is left of each, and how fast it goes."""

from tools.monitoring.dashboards.board import Board, Panel, Query, Row
from tools.monitoring.dashboards.promql import select
from tools.monitoring.rules import PACES

_KINDS = (
    ("Availability", "availability", "service:http_errors:ratio_rate", "service"),
    ("Latency", "latency", "service:http_slow:ratio_rate", "service"),
)
_WINDOWS = tuple(window for pace in PACES for window in pace.windows)


def _burn(series: str, objective: str, window: str) -> str:
    """How many times faster than allowed; 1 uses up the budget exactly."""
    budget = f'max by (service) (service:objective:budget{{objective="{objective}"}})'
    return f"{select(series + window)} / on (service) group_left () {budget}"


def _rows() -> tuple[Row, ...]:
    return tuple(
        Row(
            title,
            (
                Panel(
                    "Left of three days' budget",
                    (Query(f"1 - {_burn(series, objective, '3d')}", f"{{{{{by}}}}}"),),
                    unit="percentunit",
                    kind="stat",
                ),
                *(
                    Panel(
                        f"Burn rate over {window}",
                        (Query(_burn(series, objective, window), f"{{{{{by}}}}}"),),
                        about="1 uses up the budget exactly; alerts are at 14.4 over an hour, 6"
                        " over six hours, 1 over three days.",
                    )
                    for window in _WINDOWS
                ),
            ),
        )
        for title, objective, series, by in _KINDS
    )


_SAGAS = Row(
    "Orders and outboxes",
    (
        Panel(
            "Sagas slower than promised",
            tuple(
                Query(select(f"saga:slow:ratio_rate{window}"), f"{{{{saga}}}} {window}")
                for window in ("1h", "6h", "3d")
            ),
            unit="percentunit",
        ),
        Panel(
            "Time with an outbox younger than 10 s",
            (
                Query(
                    "avg by (service)"
                    f" (avg_over_time(({select('outbox_oldest_seconds')} < bool 10)[1h:1m]))",
                    "{{service}}",
                ),
            ),
            unit="percentunit",
            about="The objective is 99.9 %.",
        ),
        Panel(
            "Budgets",
            (Query("max by (service, objective) (service:objective:budget)"),),
            kind="table",
            unit="percentunit",
            about="The share that may fail; declared beside each service in slo.toml.",
        ),
    ),
)

BOARD = Board(
    "argosy-budgets",
    "Argosy / Error budgets",
    "What is left of each promise, and how fast it goes.",
    (*_rows(), _SAGAS),
)
