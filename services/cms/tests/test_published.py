"""What visitors see: the newest publication, in their language, at the price of a memory."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from libs import clock
from libs.db.transaction import transaction
from libs.testing.tokens import Issuer
from services.cms import tasks
from services.cms.tests.editor import Editor, homepage, later, page

NAVIGATION = {"type": "navigation", "entries": [{"label": "Shoes", "url": "/c/shoes"}]}
FOOTER = {"type": "footer", "columns": [], "note": "<p>Since 1999</p>"}
GUARANTEES = {
    "type": "service_guarantees",
    "guarantees": [{"icon": "truck", "title": "Fast", "text": "Two days"}],
}


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/homepage/current", homepage()),
        ("/navigation/current", NAVIGATION),
        ("/footer/current", FOOTER),
        ("/service-guarantees", GUARANTEES),
        ("/pages/about", page()),
    ],
)
def test_every_kind_is_shown_once_it_is_published(editor, path, content):
    before = editor.see(path)
    editor.public(content)

    shown = editor.see(path)

    assert (before.status_code, before.json["code"]) == (404, "cms.nothing_published")
    assert shown.status_code == 200
    assert (shown.json["kind"], shown.json["locale"]) == (content["type"], "en")
    assert shown.json["content"] == content
    assert shown.headers["Cache-Control"] == "public, no-cache"


def test_drafts_are_nobodys_business(editor):
    editor.public(homepage("Public"))
    editor.draft(homepage("Draft"))

    assert editor.see("/homepage/current").json["content"]["title"] == "Public"


def test_a_visitor_reads_their_language_or_the_default_one(editor):
    for locale in ("en", "pt", "pt-BR"):
        editor.public(page(locale), locale=locale)

    seen = {
        wanted: editor.see(f"/pages/about{wanted}").json["content"]["title"]
        for wanted in ("", "?locale=pt-BR", "?locale=pt-PT", "?locale=fr")
    }

    assert seen == {"": "en", "?locale=pt-BR": "pt-BR", "?locale=pt-PT": "pt", "?locale=fr": "en"}


def test_each_page_is_listed_once_in_the_best_language(editor):
    editor.public(page("Terms"), slug="terms")
    editor.public(page("About", description="Us"), slug="about")
    editor.public(page("Bedingungen"), slug="terms", locale="de")
    editor.public(page("Seulement"), slug="seulement", locale="fr")
    editor.draft(page("Draft"), slug="draft")

    german = editor.see("/pages?locale=de").json["data"]
    first = editor.see("/pages?limit=1").json

    assert [(one["slug"], one["title"]) for one in german] == [
        ("about", "About"),
        ("terms", "Bedingungen"),
    ]
    assert [one["slug"] for one in first["data"]] == ["about"]
    rest = editor.see(f"/pages?limit=1&cursor={first['page']['next']}").json
    assert [(one["slug"], one["title"]) for one in rest["data"]] == [("terms", "Terms")]


@pytest.mark.parametrize("slug", ["nothing", "NOT-A-SLUG", "a%00b", "%F0%9F%98%80", "x" * 5000])
def test_a_page_that_is_not_there_is_not_found(editor, slug):
    assert editor.see(f"/pages/{slug}").status_code == 404


def test_whoever_has_the_newest_gets_no_body(editor):
    editor.public(homepage("First"))
    tag = editor.see("/homepage/current").headers["ETag"]

    same = editor.see("/homepage/current", If_None_Match=tag)
    editor.public(homepage("Second"))
    editor.await_title("/homepage/current", "Second")
    newer = editor.see("/homepage/current", If_None_Match=tag)

    assert (same.status_code, same.data) == (304, b"")
    assert newer.status_code == 200


def test_the_tag_of_the_default_language_is_not_that_of_another(editor):
    editor.public(page("English"))
    fallback = editor.see("/pages/about?locale=de").headers["ETag"]
    editor.public(page("Deutsch"), locale="de")
    editor.await_title("/pages/about?locale=de", "Deutsch")

    assert editor.see("/pages/about?locale=de", If_None_Match=fallback).status_code == 200


def test_what_is_shown_twice_is_read_once(editor):
    editor.public(homepage("Stored"))
    editor.see("/homepage/current")
    with transaction() as session:
        session.execute(text('UPDATE document_version SET content = content || \'{"title": "?"}\''))

    assert editor.see("/homepage/current").json["content"]["title"] == "Stored"


def test_a_publication_of_another_process_is_seen(app, editor, service_app, issuer: Issuer):
    editor.public(homepage("First"))
    editor.see("/homepage/current")
    other = Editor(service_app("cms").test_client(), issuer.admin())

    other.public(homepage("Second"))

    editor.await_title("/homepage/current", "Second")


def test_what_is_due_becomes_public(editor, monkeypatch):
    editor.public(homepage("Old"))
    scheduled = editor.draft(homepage("New"))
    editor.call("PUT", f"{scheduled}/schedule", {"publish_at": later(hours=1)})
    with transaction() as session:
        early = tasks.publish_due(session)
    then = clock.now() + timedelta(hours=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: then)

    with transaction() as session:
        published = tasks.publish_due(session)

    assert (early, published) == (0, 1)
    assert editor.state(scheduled) == "published"
    editor.await_title("/homepage/current", "New")


def test_of_several_that_are_due_the_latest_stays(editor, monkeypatch):
    paths = [editor.draft(homepage(title)) for title in ("Third", "First", "Second")]
    for path, hours in zip(paths, (3, 1, 2), strict=True):
        editor.call("PUT", f"{path}/schedule", {"publish_at": later(hours=hours)})
    then = clock.now() + timedelta(hours=4)
    monkeypatch.setattr(clock, "now", lambda: then)

    with transaction() as session:
        tasks.publish_due(session)

    assert [editor.state(path) for path in paths] == ["published", "superseded", "superseded"]
