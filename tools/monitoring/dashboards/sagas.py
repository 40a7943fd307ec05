"""Outboxes and sagas: does everything that was promised get under way, and end?"""

from tools.monitoring.dashboards.board import Board, Panel, Query, Row
from tools.monitoring.dashboards.promql import highest, quantile, rate, share

_OUTBOX = Row(
    "Outbox",
    (
        Panel(
            "Oldest message",
            (Query(highest("outbox_oldest_seconds"), "{{service}}"),),
            unit="s",
            about="Committed and not confirmed by the broker yet; below 10 s 99.9 % of the time.",
        ),
        Panel("Messages that wait", (Query(highest("outbox_rows"), "{{service}}"),)),
        Panel(
            "Batches given to the broker",
            (Query(rate("message_publishes_total", by="outcome"), "{{outcome}}"),),
            unit="cps",
        ),
    ),
)
_SAGAS = Row(
    "Sagas",
    (
        Panel(
            "Not ended", (Query(highest("saga_active", by="saga, status"), "{{saga}} {{status}}"),)
        ),
        Panel(
            "Wait for a person",
            (Query(highest("saga_active", 'status="needs_attention"', by="saga"), "{{saga}}"),),
            kind="stat",
            limit=1,
        ),
        Panel(
            "Oldest command without an answer",
            (Query(highest("saga_oldest_step_seconds", by="saga"), "{{saga}}"),),
            unit="s",
            about="Waits for a buyer or for a person aside.",
        ),
        Panel(
            "Ended",
            (Query(rate("saga_ended_total", by="saga, status"), "{{saga}} {{status}}"),),
            unit="cps",
        ),
        Panel(
            "Given up",
            (Query(share("saga_ended_total", 'status="compensated"', by="saga"), "{{saga}}"),),
            unit="percentunit",
        ),
        Panel(
            "From the first command to the last answer, p95",
            (
                Query(
                    quantile(0.95, "saga_seconds", by="saga, waited"),
                    "{{saga}}, waited: {{waited}}",
                ),
            ),
            unit="s",
        ),
    ),
)
_STEPS = Row(
    "Steps",
    (
        Panel(
            "Time of a step, p95",
            (
                Query(
                    quantile(0.95, "saga_step_seconds", by="saga, step, phase"),
                    "{{saga}} {{step}} {{phase}}",
                ),
            ),
            unit="s",
        ),
        Panel(
            "Answers",
            (
                Query(
                    rate("saga_answers_total", by="step, phase, outcome"),
                    "{{step}} {{phase}} {{outcome}}",
                ),
            ),
            unit="cps",
        ),
        Panel(
            "Commands sent again",
            (Query(rate("saga_redrives_total", by="saga, step"), "{{saga}} {{step}}"),),
            unit="cps",
        ),
    ),
)

BOARD = Board(
    "argosy-sagas",
    "Argosy / Outboxes and sagas",
    "Does everything that was promised get under way, and end?",
    (_OUTBOX, _SAGAS, _STEPS),
)
