"""What the services lean on: database, broker, cache, each other, payment providers."""

from tools.monitoring.dashboards.board import Board, Panel, Query, Row
from tools.monitoring.dashboards.promql import quantile, rate, select, share

# The broker may live in a namespace of its own.
_QUEUES = 'queue=~".+\\\\.(commands|events|replies|jobs|dead)"'
_DATABASE = Row(
    "Databases",
    (
        Panel(
            "Waits for a connection",
            (Query(rate("database_pool_wait_seconds_count"), "{{service}}"),),
            unit="cps",
        ),
        Panel(
            "Wait for a connection, p95",
            (Query(quantile(0.95, "database_pool_wait_seconds"), "{{service}}"),),
            unit="s",
        ),
        Panel(
            "Out of reach",
            (
                Query(rate("database_pool_timeouts_total"), "{{service}} no free connection"),
                Query(rate("timer_turns_total", 'outcome="database"'), "{{service}} no answer"),
            ),
            unit="cps",
        ),
    ),
)
_BROKER = Row(
    "Broker",
    (
        Panel(
            "Batches that the broker did not take",
            (
                Query(
                    rate("message_publishes_total", 'outcome!="confirmed"', by="outcome"),
                    "{{outcome}}",
                ),
            ),
            unit="cps",
        ),
        Panel(
            "Messages in queues",
            (
                Query(
                    f"max by (queue) (rabbitmq_detailed_queue_messages{{{_QUEUES}}})", "{{queue}}"
                ),
            ),
        ),
        Panel(
            "Consumers",
            (
                Query(
                    f"max by (queue) (rabbitmq_detailed_queue_consumers{{{_QUEUES}}})", "{{queue}}"
                ),
            ),
        ),
        Panel(
            "Alarms",
            (
                Query("rabbitmq_alarms_memory_used_watermark", "memory {{rabbitmq_node}}"),
                Query("rabbitmq_alarms_free_disk_space_watermark", "disk {{rabbitmq_node}}"),
            ),
            about="While one is on, the broker takes no messages.",
        ),
        Panel(
            "Limits counted without Redis",
            (Query(rate("rate_limit_fallbacks_total", by="namespace"), "times"),),
            unit="cps",
        ),
    ),
)
_OTHERS = Row(
    "Calls",
    (
        Panel(
            "Calls to other services",
            (
                Query(
                    rate("http_client_seconds_count", by="service, callee, outcome"),
                    "{{service}} to {{callee}} {{outcome}}",
                ),
            ),
            unit="cps",
        ),
        Panel(
            "Time of a call, p95",
            (
                Query(
                    quantile(0.95, "http_client_seconds", by="service, callee"),
                    "{{service}} to {{callee}}",
                ),
            ),
            unit="s",
        ),
        Panel(
            "Payment providers, p95",
            (
                Query(
                    quantile(0.95, "payments_provider_seconds", by="provider, kind"),
                    "{{provider}} {{kind}}",
                ),
            ),
            unit="s",
        ),
        Panel(
            "Calls to providers without an outcome",
            (
                Query(
                    share("payments_provider_seconds_count", 'outcome="failed"', by="provider"),
                    "{{provider}}",
                ),
            ),
            unit="percentunit",
        ),
        Panel(
            "Oldest payment in doubt",
            (Query(f"max({select('payments_oldest_doubt_seconds')})", "oldest"),),
            unit="s",
        ),
        Panel(
            "Mail",
            (Query(rate("notifications_deliveries_total", by="verdict"), "{{verdict}}"),),
            unit="cps",
        ),
    ),
)

BOARD = Board(
    "argosy-dependencies",
    "Argosy / Dependencies",
    "What the services lean on, and how it fares.",
    (_DATABASE, _BROKER, _OTHERS),
)
