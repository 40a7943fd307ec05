"""The address book over HTTP."""

from typing import Any

import pytest

from libs import ids
from services.accounts.rules import MAX_ADDRESSES
from services.accounts.tests.people import BASE, Person, execute, rows

PATH = f"{BASE}/addresses"
HOME = {
    "name": "Ann Example",
    "line1": "Quay 1",
    "city": "Bremen",
    "postcode": "28195",
    "country": "DE",
}


def _add(person: Person, **more: object) -> Any:
    answer = person.call("POST", PATH, HOME | more)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer


def test_an_address_is_added_read_changed_and_removed(ann):
    made = _add(ann, label="Home")
    path = made.headers["Location"]

    changed = ann.call("PATCH", path, {"city": "Hamburg", "line2": "3rd floor"})
    replaced = ann.call("PUT", path, HOME | {"line1": "Quay 2"})

    assert (changed.json["city"], changed.json["label"]) == ("Hamburg", "Home")
    assert (replaced.json["line1"], replaced.json["line2"]) == ("Quay 2", None)
    assert ann.call("GET", path).json == replaced.json
    assert ann.call("DELETE", path).status_code == 204
    assert ann.call("GET", path).status_code == 404


@pytest.mark.parametrize("flag", ["default_shipping", "default_billing"])
def test_a_new_default_takes_that_from_the_one_before(ann, flag):
    first = _add(ann, **{flag: True})
    second = _add(ann)

    ann.call("PATCH", second.headers["Location"], {flag: True})

    assert ann.call("GET", first.headers["Location"]).json[flag] is False
    assert ann.call("GET", second.headers["Location"]).json[flag] is True


def test_an_address_of_somebody_else_is_as_good_as_none(ann, bob):
    path = _add(ann).headers["Location"]
    unknown = f"{PATH}/{ids.to_text('adr', ids.uuid7())}"

    for method, body in (("GET", None), ("PUT", HOME), ("PATCH", {}), ("DELETE", None)):
        foreign, none = bob.call(method, path, body), bob.call(method, unknown, body)
        assert foreign.status_code == none.status_code == 404
        assert foreign.json["detail"] == none.json["detail"]
    assert bob.call("GET", PATH).json["data"] == []


def test_a_stale_change_is_refused(ann):
    made = _add(ann)
    path = made.headers["Location"]
    seen = made.headers["ETag"]
    ann.call("PATCH", path, {"city": "Hamburg"}, **{"If-Match": seen})

    late = ann.call("PATCH", path, {"city": "Kiel"}, **{"If-Match": seen})

    assert late.status_code == 412
    assert ann.call("GET", path).json["city"] == "Hamburg"


def test_an_address_book_is_bounded(ann):
    _add(ann)
    execute(
        "INSERT INTO address SELECT gen_random_uuid(), user_id, label, name, company, line1, line2,"
        " city, region, postcode, country, phone, false, false, 1, now(), now()"
        " FROM address, generate_series(2, :most)",
        most=MAX_ADDRESSES,
    )

    answer = ann.call("POST", PATH, HOME)

    assert answer.json["code"] == "accounts.address_book_full"
    assert rows("SELECT count(*) FROM address") == [(MAX_ADDRESSES,)]


def test_a_repeated_request_adds_one_address(ann):
    for _ in range(2):
        answer = ann.call("POST", PATH, HOME, **{"Idempotency-Key": "once"})

    assert answer.headers["Idempotent-Replayed"] == "true"
    assert rows("SELECT count(*) FROM address") == [(1,)]


@pytest.mark.parametrize(
    "fault",
    [{"country": "de"}, {"line1": ""}, {"line1": "a\nb"}, {"default_billing": 1}, {"user_id": "x"}],
)
def test_a_bad_address_is_refused(ann, fault):
    assert ann.call("POST", PATH, HOME | fault).status_code == 422
