"""How much waits in a service's outbox, looked up for Prometheus by every worker's timers."""

from flask import current_app

from libs import clock
from libs.db.statement import Statement
from libs.db.transaction import reading
from libs.ids import made_at
from libs.messaging import metrics

# Counting is bounded, since after a long outage of the broker there may be millions.
_outbox = Statement(
    """
    SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT 10001) AS counted),
        (SELECT id FROM outbox ORDER BY id LIMIT 1)
    """
)


def measure_outbox() -> int:
    """Show the current service's outbox; there is never more to do at once."""
    with reading() as session:
        rows, oldest = _outbox.rows(session)[0]
    age = clock.now().timestamp() - made_at(oldest) if oldest else 0.0
    metrics.set_outbox(current_app.name, rows, age)
    return 0
