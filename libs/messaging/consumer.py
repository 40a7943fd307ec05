"""Celery's consumer, without what Argosy does not use, and with nothing thrown away unseen."""

from collections.abc import Callable
from typing import Any

from celery.worker import consumer

from libs.messaging.liveness import Liveness

# (consumer, message, reason): park a message that no task takes, and acknowledge it.
Refuse = Callable[[Any, Any, str], None]
_BEAT_SECONDS = 1.0


class Consumer(consumer.Consumer):  # type: ignore[misc]  # Celery is untyped
    """Expects `app.refuse` and `app.liveness`.

    Celery acknowledges a message that it cannot decode and rejects one that it does not know, which
    not every broker keeps; here both go where a person finds them.
    """

    class Blueprint(consumer.Consumer.Blueprint):  # type: ignore[misc]  # Celery is untyped
        """Timers live in tables, so the 28 queues of Celery's own delays are not declared."""

        default_steps = [
            step
            for step in consumer.Consumer.Blueprint.default_steps
            if not step.endswith(":DelayedDelivery")
        ]

    def ensure_connected(self, conn: Any) -> Any:
        """As Celery's; a worker that waits for its broker is alive."""
        with self.app.liveness.connecting():
            return super().ensure_connected(conn)

    def register_with_event_loop(self, hub: Any) -> None:
        """As Celery's; the beat also ends the loop's sleep soon after a request to stop."""
        super().register_with_event_loop(hub)
        liveness: Liveness = self.app.liveness
        liveness.beat()
        liveness.consuming = True
        hub.call_repeatedly(_BEAT_SECONDS, liveness.beat)

    def on_close(self) -> None:
        """As Celery's; the connection is lost, or the worker ends."""
        self.app.liveness.consuming = False
        super().on_close()

    def on_unknown_message(self, _body: Any, message: Any) -> None:
        """It has no task's name."""
        self.app.refuse(self, message, "it names no task")

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """It has no task's name, and its body cannot be decoded."""
        self.app.refuse(self, message, f"it names no task, and is not JSON: {exc}")

    def on_unknown_task(self, _body: Any, message: Any, _exc: Exception) -> None:
        """Nobody here has a task of that name, or of that version."""
        self.app.refuse(self, message, f"there is no task {message.headers['task']}")

    def on_invalid_task(self, _body: Any, message: Any, exc: Exception) -> None:
        """Celery cannot read the arguments."""
        self.app.refuse(self, message, f"its arguments cannot be read: {exc}")
