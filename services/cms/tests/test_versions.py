"""From a draft to what was public: who may do what when."""

from typing import Any

import pytest

from libs.ids import to_text, uuid7
from services.cms.tests.editor import homepage, later, page

NOBODYS = f"/{to_text('ver', uuid7())}"


def code(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, answer.json.get("code")


def test_a_draft_is_shown_as_it_was_written(editor):
    made = editor.call("POST", "", {"content": page("Terms"), "slug": "terms", "locale": "de"})

    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/v1/cms/versions/{made.json['id']}"
    assert made.json["content"] == page("Terms")
    assert (made.json["kind"], made.json["slug"], made.json["locale"]) == ("page", "terms", "de")
    assert (made.json["number"], made.json["state"]) == (1, "draft")
    assert editor.call("GET", f"/{made.json['id']}").json == made.json


def test_the_same_key_writes_one_draft(editor):
    body = {"content": homepage()}

    answers = [editor.call("POST", "", body, Idempotency_Key="k1") for _ in range(2)]

    assert answers[0].json == answers[1].json
    assert len(editor.call("GET").json["data"]) == 1


def test_versions_of_a_document_are_counted_and_those_of_others_apart(editor):
    for content, place in (
        (page(), {}),
        (page(), {}),
        (page(), {"locale": "fr"}),
        (homepage(), {}),
    ):
        editor.draft(content, **place)

    found = editor.call("GET").json["data"]

    assert [(one["kind"], one["locale"], one["number"]) for one in found] == [
        ("homepage", "en", 1),
        ("page", "fr", 1),
        ("page", "en", 2),
        ("page", "en", 1),
    ]


def test_versions_are_listed_by_what_is_asked_for(editor):
    editor.public(homepage())
    editor.draft(homepage())
    editor.draft(page(), slug="terms")

    drafts = editor.call("GET", "?kind=homepage&state=draft&locale=en").json["data"]
    terms = editor.call("GET", "?slug=terms").json["data"]

    assert [one["number"] for one in drafts] == [2]
    assert [one["kind"] for one in terms] == ["page"]
    assert "content" not in terms[0]


def test_a_draft_is_edited_by_who_has_read_it(editor):
    draft = editor.draft(page("Old"))

    blind = editor.call("PUT", draft, {"content": page("New")})
    seen = editor.call("PUT", draft, {"content": page("New")}, If_Match='"1"')
    late = editor.call("PUT", draft, {"content": page("Newer")}, If_Match='"1"')

    assert code(blind) == (428, "precondition_required")
    assert (seen.status_code, seen.json["content"], seen.headers["ETag"]) == (
        200,
        page("New"),
        '"2"',
    )
    assert code(late) == (412, "stale")


def test_what_is_or_was_public_is_never_edited(editor):
    former = editor.public(page("First"))
    current = editor.public(page("Second"))

    answers = [
        editor.call("PUT", path, {"content": page()}, If_Match="*") for path in (former, current)
    ]

    assert [code(answer) for answer in answers] == [(409, "cms.not_a_draft")] * 2


def test_a_version_stays_of_its_kind(editor):
    draft = editor.draft(page())

    refused = editor.call("PUT", draft, {"content": homepage()}, If_Match="*")

    assert code(refused) == (422, "cms.other_kind")


@pytest.mark.parametrize("place", [{"content": page()}, {"content": homepage(), "slug": "home"}])
def test_pages_and_nothing_else_have_a_slug(editor, place):
    assert code(editor.call("POST", "", place)) == (422, "cms.slug_refused")


def test_a_published_version_replaces_the_one_before(editor):
    first = editor.public(homepage("First"))
    second = editor.public(homepage("Second"))

    assert (editor.state(first), editor.state(second)) == ("superseded", "published")


def test_publishing_what_is_public_changes_nothing(editor):
    current = editor.public(homepage())
    before = editor.call("GET", current).json

    again = editor.call("POST", f"{current}/publish")

    assert (again.status_code, again.json) == (200, before)


def test_a_stale_editor_publishes_nothing(editor):
    draft = editor.draft(homepage())
    editor.call("PUT", draft, {"content": homepage("Other")}, If_Match='"1"')

    refused = editor.call("POST", f"{draft}/publish", None, If_Match='"1"')

    assert code(refused) == (412, "stale")
    assert editor.state(draft) == "draft"


def test_a_former_version_cannot_be_published_itself(editor):
    former = editor.public(homepage("First"))
    editor.public(homepage("Second"))

    assert code(editor.call("POST", f"{former}/publish")) == (409, "cms.not_pending")


def test_going_back_publishes_the_former_content_as_a_new_version(editor):
    first = editor.public(homepage("First"))
    second = editor.public(homepage("Second"))

    restored = editor.call("POST", f"{first}/roll-back")

    assert restored.status_code == 201
    assert (restored.json["number"], restored.json["restored_from"]) == (3, 1)
    assert (restored.json["state"], restored.json["content"]) == ("published", homepage("First"))
    assert (editor.state(first), editor.state(second)) == ("superseded", "superseded")
    assert editor.see("/homepage/current").json["number"] == 3


def test_nobody_goes_back_to_what_is_public_or_never_was(editor):
    current, draft = editor.public(homepage()), editor.draft(homepage())

    answers = [editor.call("POST", f"{path}/roll-back") for path in (current, draft)]

    assert [code(answer) for answer in answers] == [(409, "cms.not_a_former_version")] * 2


def test_an_archived_document_is_shown_no_more_until_one_goes_back(editor):
    current = editor.public(page())

    archived = editor.call("POST", f"{current}/archive")
    gone = code(editor.see("/pages/about"))
    editor.call("POST", f"{current}/roll-back")

    assert archived.json["state"] == "archived"
    assert gone == (404, "cms.nothing_published")
    assert editor.see("/pages/about").status_code == 200


def test_history_is_not_archived_again(editor):
    former = editor.public(homepage("First"))
    editor.public(homepage("Second"))

    assert code(editor.call("POST", f"{former}/archive")) == (409, "cms.already_history")


def test_a_version_waits_for_its_time_and_may_be_called_back(editor):
    draft, when = editor.draft(homepage()), later(hours=1)

    scheduled = editor.call("PUT", f"{draft}/schedule", {"publish_at": when})
    unscheduled = editor.call("DELETE", f"{draft}/schedule")
    again = editor.call("DELETE", f"{draft}/schedule")

    assert (scheduled.json["state"], scheduled.json["publish_at"]) == ("scheduled", when)
    assert (unscheduled.json["state"], unscheduled.json["publish_at"]) == ("draft", None)
    assert code(again) == (409, "cms.not_scheduled")


@pytest.mark.parametrize("when", [later(seconds=-1), later(days=1000)])
def test_the_time_to_publish_is_ahead_and_not_beyond_two_years(editor, when):
    draft = editor.draft(homepage())

    refused = editor.call("PUT", f"{draft}/schedule", {"publish_at": when})

    assert code(refused) == (422, "cms.publish_time_refused")


def test_a_preview_shows_a_draft_as_everybody_would_see_it(editor):
    draft = editor.draft(page("Soon"))

    preview = editor.call("GET", f"{draft}/preview").json
    editor.call("POST", f"{draft}/publish")
    public = editor.see("/pages/about").json

    assert preview["published_at"] is None
    assert public["published_at"] is not None
    assert preview | {"published_at": None} == public | {"published_at": None}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/preview"),
        ("POST", "/publish"),
        ("POST", "/roll-back"),
        ("POST", "/archive"),
        ("DELETE", "/schedule"),
    ],
)
def test_a_version_that_is_not_there_is_not_found(editor, method, path):
    assert code(editor.call(method, NOBODYS + path)) == (404, "cms.version_not_found")


def test_only_administrators_write(client, issuer):
    callers: list[dict[str, str]] = [{}, issuer.user(uuid7())]

    answers = [
        client.post("/api/v1/cms/versions", json={"content": homepage()}, headers=headers)
        for headers in callers
    ]

    assert [answer.status_code for answer in answers] == [401, 403]
