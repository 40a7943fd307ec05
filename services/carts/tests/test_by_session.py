"""A guest's cart by the token of its session."""

import logging
from typing import Any

from flask.testing import FlaskClient

from libs.db.transaction import transaction
from libs.ids import uuid7
from services.carts.commands.freeze import close_cart
from services.carts.tests.shop import BERLIN, Guest


def by_session(client: FlaskClient, session_id: str) -> Any:
    """The answer for the token of a session."""
    return client.get(f"/api/v1/carts/by-session/{session_id}")


def test_the_token_alone_opens_its_cart(client, shop):
    shop.sells("MUG", 1000)
    guest = Guest(client, "MUG", shipping_address=BERLIN)

    found = by_session(client, guest.token)

    assert found.status_code == 200
    assert found.json == guest.cart()
    assert found.headers["ETag"] == guest.call("GET").headers["ETag"]


def test_no_other_session_opens_anything(client, shop):
    shop.sells("MUG", 1000)
    guest = Guest(client, "MUG")

    answers = [by_session(client, token) for token in (guest.token[:-1], guest.id, "x")]

    assert {(answer.status_code, answer.json["code"]) for answer in answers} == {
        (404, "carts.cart_not_found")
    }


def test_a_cart_that_became_an_order_is_no_session_s_any_more(client, shop):
    shop.sells("MUG", 1000)
    guest = Guest(client, "MUG")

    with transaction() as session:
        close_cart(session, guest.uuid, uuid7())

    assert by_session(client, guest.token).status_code == 404


def test_the_token_is_not_logged(client, shop, caplog):
    guest = Guest(client)

    with caplog.at_level(logging.DEBUG, "argosy.access"):
        by_session(client, guest.token)

    paths = [str(getattr(record, "path", "")) for record in caplog.records]
    assert "/api/v1/carts/by-session/(session_id)" in paths
    assert not [path for path in paths if guest.token in path]
