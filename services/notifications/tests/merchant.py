"""A merchant's endpoint on loopback, and a shop that tells it things."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec
from flask.testing import FlaskClient
from sqlalchemy import text

from libs import clock
from libs.contracts.notifications import DeliverWebhook
from libs.db.transaction import reading, transaction
from libs.messaging.message import Fact
from libs.testing.http_server import Received, Reply, http_server
from libs.webhook_signature import Secret, verify
from services.notifications import tasks

BASE = "/api/v1/webhooks"


class Merchant:
    """Answers by a script, then with 200; verifies what it gets as any receiver would."""

    def __init__(self, client: FlaskClient, admin: dict[str, str]) -> None:
        self.client = client
        self.admin = admin
        self.replies: list[Reply] = []
        self.received: list[Received] = []
        self.url = ""

    def respond(self, received: Received) -> Reply:
        self.received.append(received)
        return self.replies.pop(0) if self.replies else Reply(body=b"thanks")

    def call(self, method: str, path: str, **options: Any) -> Any:
        """An administrator's request."""
        headers = self.admin | options.pop("headers", {})
        return self.client.open(f"{BASE}{path}", method=method, headers=headers, **options)

    def joins(self, *events: str, **more: Any) -> dict[str, Any]:
        """Add the endpoint; what was answered, with its secret."""
        body = {"url": self.url, "events": list(events or ("*",))} | more
        answer = self.call("POST", "/endpoints", json=body)
        assert answer.status_code == 201, answer.json
        made: dict[str, Any] = answer.json
        return made

    def endpoint(self, made: Mapping[str, Any]) -> dict[str, Any]:
        """The endpoint as it is now."""
        found: dict[str, Any] = self.call("GET", f"/endpoints/{made['id']}").json
        return found

    def deliveries(self, made: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Its deliveries, the latest first."""
        found: list[dict[str, Any]] = self.call("GET", f"/endpoints/{made['id']}/deliveries").json[
            "data"
        ]
        return found

    def attempts(self, delivery: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The requests of one delivery."""
        found: list[dict[str, Any]] = self.call(
            "GET", f"/deliveries/{delivery['id']}/attempts"
        ).json["data"]
        return found


@contextmanager
def merchant(client: FlaskClient, admin: dict[str, str]) -> Iterator[Merchant]:
    """A running endpoint, of which the shop knows nothing yet."""
    made = Merchant(client, admin)
    with http_server(made.respond) as server:
        made.url = f"{server.url}/hooks"
        yield made


def verified(received: Received, secret: str) -> Any:
    """The body, if it was signed with that secret just now."""
    verify([Secret.parse(secret)], received.headers, received.body, clock.now())
    return msgspec.json.decode(received.body)


def happens(fact: Fact) -> None:
    """The shop hears of it."""
    with transaction() as session:
        tasks.tasks.facts[fact.wire_name].handler(session, fact)


def run_due() -> int:
    """What the jobs pool would do now with all that waits; how many deliveries that were."""
    with reading() as session:
        statement = text("SELECT id FROM webhook_delivery WHERE state = 'queued' ORDER BY id")
        waiting = list(session.scalars(statement))
    for delivery_id in waiting:
        tasks.deliver_webhook(DeliverWebhook(delivery_id=UUID(str(delivery_id))))
    return len(waiting)


def pass_time(seconds: float) -> None:
    """Move everything about deliveries and endpoints into the past."""
    moves = {
        "webhook_delivery": ("created_at", "due_at", "nudge_at"),
        "webhook_endpoint": ("failing_since", "paused_until"),
        "webhook_secret": ("expires_at",),
    }
    with transaction() as session:
        for table, columns in moves.items():
            changes = ", ".join(f"{name} = {name} - :by * interval '1 second'" for name in columns)
            statement = f"UPDATE {table} SET {changes}"  # noqa: S608 - of names that stand above
            session.execute(text(statement), {"by": seconds})


def age_events(days: int) -> None:
    """Move the events into the past."""
    with transaction() as session:
        statement = "UPDATE webhook_event SET created_at = created_at - :by * interval '1 day'"
        session.execute(text(statement), {"by": days})
