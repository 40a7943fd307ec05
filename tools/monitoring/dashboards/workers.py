"""Worker pools: do they take messages, how fast, and what do they fail at?"""

from tools.monitoring.dashboards.board import Board, Panel, Query, Row
from tools.monitoring.dashboards.promql import highest, mean, quantile, rate, select

_WORKERS = 'component=~"worker-.+"'
_PROCESSES = Row(
    "Processes",
    (
        Panel(
            "Taking messages",
            (Query(select("worker_consuming"), "{{pod}} {{instance}}"),),
            about="1 while the process has a consumer at the broker.",
        ),
        Panel(
            "Standstill",
            (Query(select("worker_standstill_seconds"), "{{pod}} {{instance}} {{loop}}"),),
            unit="s",
            about="At 60 seconds the liveness probe ends the process.",
        ),
        Panel(
            "Workers",
            (
                Query(
                    f"sum by (service, component) ({select('argosy_service_info', _WORKERS)})",
                    "{{service}} {{component}}",
                ),
            ),
        ),
    ),
)
_MESSAGES = Row(
    "Messages",
    (
        Panel("Handled", (Query(rate("message_batch_size_sum"), "{{service}}"),), unit="cps"),
        Panel(
            "Wait of a batch's oldest message, p95",
            (Query(quantile(0.95, "message_wait_seconds"), "{{service}}"),),
            unit="s",
            about="From its making to the end of its handling, time in an outbox included.",
        ),
        Panel(
            "Messages in one transaction",
            (Query(mean("message_batch_size"), "{{service}}"),),
            about="Grows with the load; 64 is the most.",
        ),
        Panel(
            "Time of one batch, p95",
            (Query(quantile(0.95, "message_batch_seconds"), "{{service}}"),),
            unit="s",
        ),
        Panel(
            "Could not be handled",
            (Query(rate("message_failures_total", by="service, type"), "{{service}} {{type}}"),),
            unit="cps",
        ),
        Panel(
            "Dead letters",
            (Query(rate("messages_parked_total"), "{{service}}"),),
            unit="cps",
            about="Kept in the service's table dead_letter for a person.",
        ),
    ),
)
_WORK = Row(
    "Jobs and periodic work",
    (
        Panel(
            "Jobs",
            (Query(rate("job_seconds_count", by="type, outcome"), "{{type}} {{outcome}}"),),
            unit="cps",
        ),
        Panel(
            "Time of a job, p95",
            (Query(quantile(0.95, "job_seconds", by="type"), "{{type}}"),),
            unit="s",
        ),
        Panel(
            "Turns of periodic work that failed",
            (
                Query(
                    rate("timer_turns_total", 'outcome!="done"', by="service, task, outcome"),
                    "{{service}} {{task}} {{outcome}}",
                ),
            ),
            unit="cps",
        ),
        Panel(
            "Late periodic work",
            (
                Query(
                    "clamp_min(time()"
                    f" - {highest('timer_last_success_timestamp_seconds', by='service, task')}"
                    f" - {highest('timer_period_seconds', by='service, task')}, 0)",
                    "{{service}} {{task}}",
                ),
            ),
            unit="s",
            width=16,
            about="Time since the last success of any worker, beyond the usual pause.",
        ),
    ),
)

BOARD = Board(
    "argosy-workers",
    "Argosy / Workers",
    "Do the workers take messages, how fast, and what do they fail at?",
    (_PROCESSES, _MESSAGES, _WORK),
)
