"""Templates of administrators: in revisions, tried before they count, and given up again."""

import pytest

from services.notifications.tests.post import BASE, send
from services.notifications.tests.story import messages, register

PATH = f"{BASE}/templates/welcome/in_app/en"
OWN = f"{BASE}/templates/newsletter/email/en"
WORDS = {"subject": "Hi", "body": "Hi {{ name }}"}
NEWS = WORDS | {"html": "<p>{{ name }}</p>", "sample": {"name": "Ada"}}


def test_the_revision_in_use_is_shown_with_its_number_as_etag(client, admin):
    client.put(PATH, json=WORDS, headers=admin)

    found = client.get(PATH, headers=admin)
    again = client.get(PATH, headers=admin | {"If-None-Match": found.headers["ETag"]})

    assert (found.json["revision"], found.json["body"]) == (2, "Hi {{ name }}")
    assert (found.headers["ETag"], again.status_code) == ('"2"', 304)


def test_every_revision_can_be_read(client, admin):
    client.put(PATH, json=WORDS, headers=admin)

    listed = client.get(f"{PATH}/revisions", headers=admin).json["data"]

    assert [(one["revision"], one["built_in"]) for one in listed] == [(2, False), (1, True)]


def test_a_withdrawn_template_gives_way_to_the_words_of_the_program(client, admin):
    for _ in range(2):
        client.put(PATH, json=WORDS, headers=admin)

    answer = client.delete(PATH, headers=admin)
    register()

    listed = client.get(f"{PATH}/revisions", headers=admin).json["data"]
    assert answer.status_code == 204
    assert messages("in_app")[0].body == "Your account is ready."
    assert [one["withdrawn_at"] is None for one in listed] == [False, False, True]


def test_a_number_never_means_two_texts(client, admin):
    client.put(PATH, json=WORDS, headers=admin)
    client.delete(PATH, headers=admin)

    answer = client.put(PATH, json=WORDS, headers=admin)

    assert answer.json["revision"] == 3


def test_the_words_of_the_program_cannot_be_withdrawn(client, admin):
    answer = client.delete(PATH, headers=admin)

    assert (answer.status_code, answer.json["code"]) == (409, "notifications.built_in_template")


def test_a_withdrawal_based_on_an_older_revision_is_refused(client, admin):
    client.put(PATH, json=WORDS, headers=admin)

    answer = client.delete(PATH, headers=admin | {"If-Match": '"1"'})

    assert answer.status_code == 412


def test_a_template_of_ones_own_is_sent(client, admin):
    client.put(OWN, json=NEWS, headers=admin)

    answer = send(
        client, admin, "email", to="a@example.org", template="newsletter", data={"name": "<Eve>"}
    )

    (mail,) = messages("email")
    assert answer.status_code == 202
    assert (mail.body, mail.html) == ("Hi <Eve>", "<p>&lt;Eve&gt;</p>")


def test_a_template_of_ones_own_is_tried_on_its_sample(client, admin):
    without = client.put(OWN, json=WORDS, headers=admin)
    unknown = client.put(OWN, json=NEWS | {"body": "{{ nobody }}"}, headers=admin)

    assert (without.status_code, unknown.status_code) == (422, 422)
    assert "'nobody' is undefined" in unknown.json["detail"]


def test_a_new_revision_keeps_the_sample(client, admin):
    client.put(OWN, json=NEWS, headers=admin)

    answer = client.put(OWN, json=WORDS, headers=admin)

    assert (answer.status_code, answer.json["sample"]) == (200, {"name": "Ada"})


def test_a_template_of_ones_own_that_is_withdrawn_is_gone(client, admin):
    client.put(OWN, json=NEWS, headers=admin)
    client.delete(OWN, headers=admin)

    answer = send(client, admin, "email", to="a@example.org", template="newsletter")

    assert client.get(OWN, headers=admin).status_code == 404
    assert answer.status_code == 404


def test_a_preview_shows_words_that_are_not_stored(client, admin):
    answer = client.post(f"{PATH}/preview", json=WORDS | {"data": {"name": "Eve"}}, headers=admin)

    assert answer.json == {"subject": "Hi", "body": "Hi Eve", "html": None}
    assert client.get(PATH, headers=admin).json["revision"] == 1


def test_a_preview_without_words_shows_those_in_use_on_the_sample(client, admin):
    path = f"{BASE}/templates/order_confirmed/sms/en/preview"

    answer = client.post(path, json={}, headers=admin)

    assert answer.json["body"] == "Your order 1001 is paid: 19.00 EUR."


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{{ nobody }}", "'nobody' is undefined"),
        ("{{ name.upper }}", "has no attribute 'upper'"),
        ("{% if name %}" * 150 + "x" + "{% endif %}" * 150, "cannot be used"),
        ("{% for c in name %}{{ name }}{% endfor %}", "longer than"),
        ("{{ lines | join(name) | join(name) }}", "longer than"),
    ],
)
def test_a_preview_says_what_is_wrong(client, admin, body, reason):
    data = {"name": "x" * 1000, "lines": ["y"] * 90}

    answer = client.post(f"{PATH}/preview", json={"body": body, "data": data}, headers=admin)

    assert (answer.status_code, answer.json["code"]) == (422, "notifications.bad_template")
    assert reason in answer.json["detail"]


@pytest.mark.parametrize("method", ["get", "put", "delete"])
@pytest.mark.parametrize("path", ["Party/email/en", "welcome/pigeon/en", "welcome/email/english"])
def test_no_message_could_use_such_a_place(client, admin, method, path):
    body = {"json": NEWS} if method == "put" else {}

    answer = client.open(f"{BASE}/templates/{path}", method=method.upper(), headers=admin, **body)

    assert answer.status_code == 404


def test_an_html_template_escapes_data_and_keeps_its_own_markup(client, admin):
    body = {"html": "<b>{{ name }}</b>", "data": {"name": "<script>"}}

    answer = client.post(f"{OWN}/preview", json=body, headers=admin)

    assert answer.json["html"] == "<b>&lt;script&gt;</b>"
