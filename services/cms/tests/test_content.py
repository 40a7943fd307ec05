"""What content may hold: typed blocks, bounded texts, harmless links and formatting."""

from typing import Any

import pytest

from services.cms.commands.drafts import MAX_CONTENT
from services.cms.rules.rich_text import clean
from services.cms.tests.editor import Editor, homepage, page

HERO = {"type": "hero", "heading": "Hello"}
ALL_BLOCKS = [
    HERO | {"text": "Welcome", "picture": {"src": "/a.jpg", "alt": ""}},
    {"type": "rich_text", "html": "<p>Text</p>"},
    {"type": "picture", "picture": {"src": "https://cdn.example/a.jpg", "alt": "A"}, "url": "/a"},
    {"type": "teasers", "items": [{"title": "Sale", "url": "#sale"}]},
    {"type": "products", "heading": "New", "category": "new-shoes", "limit": 4},
    {"type": "questions", "items": [{"question": "Why?", "answer": "<p>So.</p>"}]},
]


def write(editor: Editor, *blocks: Any, **more: Any) -> Any:
    content = {"type": "homepage", "title": "Home", "blocks": list(blocks)} | more
    return editor.call("POST", "", {"content": content})


def written(editor: Editor, html: str) -> str:
    answer = write(editor, {"type": "rich_text", "html": html})
    assert answer.status_code == 201, answer.json
    return str(answer.json["content"]["blocks"][0]["html"])


def test_every_block_is_kept_as_it_was_written(editor):
    assert write(editor, *ALL_BLOCKS).json["content"]["blocks"] == ALL_BLOCKS


@pytest.mark.parametrize(
    ("block", "pointer"),
    [
        ({"type": "hero"}, "/content/blocks/0/heading"),
        ({"type": "script"}, "/content/blocks/0/type"),
        ({"heading": "Hello"}, "/content/blocks/0/type"),
        (HERO | {"html": "<p>"}, "/content/blocks/0/html"),
        (HERO | {"heading": "x" * 201}, "/content/blocks/0/heading"),
        (HERO | {"heading": 5}, "/content/blocks/0/heading"),
        (HERO | {"action": {"label": "Go", "url": "javascript:x"}}, "/content/blocks/0/action/url"),
        ({"type": "teasers", "items": []}, "/content/blocks/0/items"),
        ({"type": "rich_text", "html": "<script>x</script>"}, "/content/blocks/0/html"),
        ({"type": "rich_text", "html": "x" * 20_001}, "/content/blocks/0/html"),
        ({"type": "rich_text", "html": "&" * 20_000}, "/content/blocks/0/html"),
        ("hero", "/content/blocks/0"),
    ],
)
def test_a_block_that_is_not_as_its_type_demands_is_refused(editor, block, pointer):
    refused = write(editor, block)

    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json["errors"]] == [pointer]


@pytest.mark.parametrize(
    "more", [{"blocks": []}, {"blocks": [HERO] * 41}, {"title": ""}, {"entries": []}]
)
def test_a_document_that_is_not_as_its_kind_demands_is_refused(editor, more):
    assert write(editor, **({"blocks": [HERO]} | more)).status_code == 422


def test_a_document_that_is_too_large_is_refused(editor):
    blocks = [{"type": "rich_text", "html": "x" * 20_000}] * (MAX_CONTENT // 20_000 + 1)

    refused = write(editor, *blocks)

    assert (refused.status_code, refused.json["code"]) == (422, "cms.content_too_large")


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/a?b=c#d",
        "HTTP://shop.example:8080",
        "https://[::1]/",
        "mailto:help@shop.example?subject=Hello",
        "/c/shoes",
        "#top",
        "?page=2",
    ],
)
def test_links_lead_to_the_web_to_mail_or_into_the_shop(editor, url):
    answer = write(editor, HERO | {"action": {"label": "Go", "url": url}})

    assert answer.json["content"]["blocks"][0]["action"]["url"] == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "https://shop.example@evil.example/",
        "https:///nothing",
        "https:nothing",
        "http://a:99999/",
        "http://[::1/",
        "mailto:",
        "mailto:a@b\r\nBcc:c@d",
        "page.html",
        " /a",
        "",
    ],
)
def test_other_links_are_refused(editor, url):
    refused = write(editor, HERO | {"action": {"label": "Go", "url": url}})

    assert refused.status_code == 422


@pytest.mark.parametrize("src", ["mailto:a@b.example", "#a", "data:image/png;base64,AA", "//x"])
def test_pictures_come_from_the_web_or_the_shop(editor, src):
    refused = write(editor, HERO | {"picture": {"src": src, "alt": ""}})

    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<h2>A</h2><p>b <strong>c</strong></p>", "<h2>A</h2><p>b <strong>c</strong></p>"),
        ("a<script>alert(1)</script>b", "ab"),
        ("<style>*{display:none}</style>a", "a"),
        ('<p onclick="x()" style="color:red" class="x" id="y">a</p>', "<p>a</p>"),
        ("<iframe src=/x></iframe><form><input>a</form>", "a"),
        ("<svg><script>alert(1)</script></svg>a", "a"),
        ("<!-- a --><p>b", "<p>b</p>"),
        ("1 &lt; 2 &amp; <b>3", "1 &lt; 2 &amp; <b>3</b>"),
        (
            '<a href="/terms" target="_blank">a</a>',
            '<a href="/terms" rel="noopener noreferrer">a</a>',
        ),
        ('<a href="javascript:x">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<a href="java&#9;script:x">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<a href="//evil.example">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<img src="/a.jpg" alt="A" onerror="x()">', '<img src="/a.jpg" alt="A">'),
        ('<p>a<img src="data:image/svg+xml,x"></p>', "<p>a<img></p>"),
    ],
)
def test_formatted_text_is_reduced_to_what_is_allowed(editor, html, kept):
    assert written(editor, html) == kept


@pytest.mark.parametrize(
    "html",
    [
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        "<svg></p><style><a title='</style><img src=x onerror=alert(1)>'>",
        "<b>" * 6000,
        "<ul><li>" * 2000,
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_cleaned_text_is_clean(html):
    once = clean(html)

    assert clean(once) == once
    assert "<script" not in once
    assert "<img src=" not in once


def test_what_was_read_can_be_written_again(editor):
    html = '<p>"Tea" & <a href="/biscuits">biscuits</a>'
    draft = editor.call(
        "POST",
        "",
        {"content": page() | {"blocks": [{"type": "rich_text", "html": html}]}, "slug": "tea"},
    ).json

    again = editor.call("PUT", f"/{draft['id']}", {"content": draft["content"]}, If_Match='"1"')

    assert again.json["content"] == draft["content"]


def test_a_menu_is_three_levels_deep_and_no_deeper(editor):
    def menu(depth: int) -> dict[str, Any]:
        entry: dict[str, Any] = {"label": "Shoes", "url": "/c/shoes"}
        return entry | ({"children": [menu(depth - 1)]} if depth > 1 else {})

    answers = [
        editor.call("POST", "", {"content": {"type": "navigation", "entries": [menu(depth)]}})
        for depth in (3, 4)
    ]

    assert [answer.status_code for answer in answers] == [201, 422]


def test_the_type_of_the_content_is_the_kind_of_the_document(editor):
    refused = editor.call("POST", "", {"content": homepage() | {"type": "newsletter"}})

    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json["errors"]] == ["/content/type"]
