"""The page to look at first: do buyers get what they ordered?"""

from tools.monitoring.dashboards.board import Board, Panel, Query, Row
from tools.monitoring.dashboards.promql import highest, quantile, rate, select, share

_PLACED = ('route="/api/v1/orders"', 'method="POST"', 'status_class="2xx"')
_SAGA = 'saga="orders.place_order"'
_ORDERS = Row(
    "Orders",
    (
        Panel(
            "Orders",
            (
                Query(rate("http_requests_total", *_PLACED, by="namespace"), "placed"),
                Query(rate("saga_ended_total", _SAGA, by="status"), "{{status}}"),
            ),
            unit="cps",
            about="Placed by buyers, and how their sagas ended: done is paid, compensated is given"
            " up with everything given back, needs_attention waits for a person.",
        ),
        Panel(
            "From order to confirmation",
            tuple(
                Query(quantile(q, "saga_seconds", _SAGA, 'waited="no"', by="saga"), f"p{q * 100:g}")
                for q in (0.5, 0.95, 0.99)
            ),
            unit="s",
            about="Orders whose buyer had nothing more to do.",
        ),
        Panel(
            "Given up",
            (Query(share("saga_ended_total", 'status="compensated"', _SAGA, by="saga"), "share"),),
            unit="percentunit",
            about="Declined cards and sold-out goods are among them; watch for a change.",
        ),
        Panel(
            "Under way",
            (Query(highest("saga_active", by="saga, status"), "{{saga}} {{status}}"),),
        ),
        Panel(
            "Carts frozen for an order",
            (Query(rate("carts_freezes_total", by="outcome"), "{{outcome}}"),),
            unit="cps",
        ),
        Panel(
            "Logins",
            (Query(rate("accounts_logins_total", by="outcome"), "{{outcome}}"),),
            unit="cps",
        ),
    ),
)
_SERVICES = Row(
    "Services",
    (
        Panel("Requests", (Query(rate("http_requests_total"), "{{service}}"),), unit="reqps"),
        Panel(
            "Errors of ours",
            (Query(share("http_requests_total", 'status_class="5xx"'), "{{service}}"),),
            unit="percentunit",
        ),
        Panel(
            "Latency, p95",
            (Query(quantile(0.95, "http_request_seconds"), "{{service}}"),),
            unit="s",
        ),
        Panel(
            "Messages handled",
            (Query(rate("message_batch_size_sum"), "{{service}}"),),
            unit="cps",
        ),
        Panel(
            "Oldest message of an outbox",
            (Query(highest("outbox_oldest_seconds"), "{{service}}"),),
            unit="s",
        ),
        Panel(
            "Processes",
            (
                Query(
                    f"sum by (service, component) ({select('argosy_service_info')})",
                    "{{service}} {{component}}",
                ),
            ),
        ),
    ),
)
_ALERTS = Row(
    "Alerts",
    (
        Panel(
            "Firing",
            (Query('ALERTS{alertname=~"Argosy.*",alertstate="firing"}'),),
            kind="table",
            width=24,
        ),
    ),
)

BOARD = Board(
    "argosy-shop",
    "Argosy / Shop",
    "Do buyers get what they ordered?",
    (_ORDERS, _SERVICES, _ALERTS),
)
