"""What can be asked for, by whom, and in which form."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.http.openapi import document
from libs.ids import uuid7
from libs.testing.tokens import Issuer
from services.reports.tests.shop import MARCH, Desk, Shop

PATHS = ("sales", "products", "customers", "inventory", "sagas", "coupons")


@pytest.mark.parametrize("path", PATHS)
def test_reports_are_for_administrators(path: str, client: FlaskClient, issuer: Issuer) -> None:
    url, customer = f"/api/v1/reports/{path}", issuer.user(uuid7())

    answers = [
        client.get(url, query_string=MARCH, headers=headers)
        for headers in ({}, customer, issuer.admin())
    ]

    assert [answer.status_code for answer in answers] == [401, 403, 200]


@pytest.mark.parametrize(
    "query",
    [
        {"from": ""},
        {"to": None},
        {"from": "2026-02-30"},
        {"from": "2026-04-01"},
        {"from": "2025-03-30"},
        {"timezone": "Berlin"},
        {"timezone": "../../etc/passwd"},
        {"currency": "eur"},
        {"by": "hour"},
        {"format": "xlsx"},
        {"cursor": "x"},
        {"unknown": "1"},
    ],
)
def test_what_makes_no_sense_is_refused(query: dict[str, Any], desk: Desk) -> None:
    answer = desk.asks("/sales", **query)

    assert answer.status_code == 422


def test_a_leap_year_fits_and_a_day_more_does_not(desk: Desk) -> None:
    year = {"from": "2024-01-01", "to": "2024-12-31"}

    answers = [desk.asks("/sales", **year), desk.asks("/sales", **year | {"to": "2025-01-01"})]

    assert [answer.status_code for answer in answers] == [200, 422]
    assert answers[1].json["code"] == "reports.bad_range"


def test_the_last_days_of_the_calendar_are_out_of_reach(desk: Desk) -> None:
    answer = desk.asks("/sales", **{"from": "9999-12-31", "to": "9999-12-31"})

    assert (answer.status_code, answer.json["code"]) == (422, "reports.bad_range")


def test_the_answer_says_which_moments_it_covers(desk: Desk) -> None:
    answer = desk.asks("/sales", timezone="Europe/Berlin")

    assert answer.json["range"] == {
        "from": "2026-03-01",
        "to": "2026-03-31",
        "timezone": "Europe/Berlin",
        "start": "2026-02-28T23:00:00.000Z",
        "end": "2026-03-31T22:00:00.000Z",
    }


@pytest.mark.parametrize("path", ["products", "customers"])
def test_pages_follow_each_other_without_loss(path: str, shop: Shop, desk: Desk) -> None:
    for number in range(5):
        shop.sells(shop.lists(f"SKU-{number}"))
    whole = desk.reads(f"/{path}")
    cursor, paged = None, []

    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = desk.asks(f"/{path}", **query).json
        paged += page["data"]
        cursor = page["page"]["next"]

    assert cursor is None
    assert paged == whole
    assert len(whole) == 5


@pytest.mark.parametrize("path", PATHS)
def test_the_document_shows_both_forms_of_a_report(path: str, app: Flask) -> None:
    operation = document(app)["paths"][f"/api/v1/reports/{path}"]["get"]

    assert set(operation["responses"]["200"]["content"]) == {"application/json", "text/csv"}
