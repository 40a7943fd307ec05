"""Messages of a test, sent by an administrator over HTTP."""

from typing import Any

from flask.testing import FlaskClient

from libs import ids
from services.notifications.tests.story import deliver

BASE = "/api/v1/notifications"


def send(client: FlaskClient, admin: dict[str, str], channel: str, **body: Any) -> Any:
    """Queue a message; what the operation answered."""
    return client.post(f"{BASE}/{channel}", json=body, headers=admin)


def sent(client: FlaskClient, admin: dict[str, str], channel: str, **body: Any) -> Any:
    """Queue a message and run the job for it; the row as it is then."""
    answer = send(client, admin, channel, **body)
    assert answer.status_code == 202, answer.json
    (message,) = answer.json["messages"]
    return deliver(ids.from_text("msg", message["id"]))
