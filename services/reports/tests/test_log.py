"""Everything that was heard is kept, once, for ever, and without mail addresses."""

from typing import Any

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from libs.db.transaction import reading, transaction
from libs.messaging.batch import Delivery, Executor
from libs.messaging.wire import pack, unpack
from services.reports.commands.log import hear
from services.reports.tasks import tasks
from services.reports.tests.shop import NOON, Desk, Shop, confirmed


def events() -> list[tuple[str, dict[str, Any]]]:
    with reading() as session:
        rows = session.execute(text("SELECT type, data FROM event ORDER BY seq"))
        return [(kind, data) for kind, data in rows]


def test_a_fact_is_logged_as_it_was_said_without_the_mail_address(shop: Shop) -> None:
    order = confirmed([shop.lists("MUG")], customer_id=None)

    shop.tells(order)

    kind, data = events()[-1]
    assert kind == order.wire_name
    assert data["order_id"] == str(order.order_id)
    assert data["email"] == ""
    assert "ada@example.com" not in str(events())


def test_what_a_later_release_says_besides_is_kept(app, shop: Shop) -> None:
    envelope = unpack(pack(confirmed([shop.lists("MUG")]), source="test").body)
    more = bytes(envelope.data)[:-1] + b',"a_later_field":[1]}'
    later = type(envelope)(
        id=envelope.id,
        type=envelope.type,
        source="test",
        time=NOON,
        data=type(envelope.data)(more),
    )

    Executor(app, tasks, None).process([Delivery(later, "fact", None, redelivered=False)])

    assert events()[-1][1]["a_later_field"] == [1]


def test_a_message_is_logged_once(app, shop: Shop, desk: Desk) -> None:
    order = confirmed([shop.lists("MUG")])
    envelope = unpack(pack(order, source="test").body)
    before = len(events())

    for _ in range(2):
        with transaction() as session:
            hear(session, order, envelope)

    assert len(events()) == before + 1
    assert desk.reads("/sales")[0]["orders"] == 1


@pytest.mark.parametrize(
    "change", ["UPDATE event SET type = 'x'", "DELETE FROM event", "TRUNCATE event"]
)
def test_the_log_refuses_to_be_changed(shop: Shop, change: str) -> None:
    shop.lists("MUG")

    with pytest.raises(DBAPIError) as refused, transaction() as session:
        session.execute(text(change))

    assert isinstance(refused.value.orig, psycopg2.errors.RaiseException)
    assert len(events()) == 1
