"""What is left of markup from outside."""

import time

import pytest

from libs.markup import formatted, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>Fine</b>", "<b>Fine</b>"),
        ("<B CLASS=x>Fine</B>", "<b>Fine</b>"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<a href='javascript:x'>y</a>", "y"),
        ("<img src=x onerror=alert(1)>", ""),
        ("<svg/onload=alert(1)>", ""),
        ("<scr<b>ipt>", "&lt;scr<b>ipt>"),
        ("<<x>script>", "&lt;script>"),
        ("<img src=x onerror=alert(1)", "&lt;img src=x onerror=alert(1)"),
        ("<!-- x -->", "&lt;!-- x -->"),
        ("<p/>", "<p>"),
        ("3 < 5 and 7 > 2", "3 < 5 and 7 > 2"),
        ("size<5kg", "size<5kg"),
    ],
)
def test_only_bare_formatting_survives(text: str, shown: str) -> None:
    assert formatted(text) == shown
    assert formatted(shown) == shown


def test_plain_text_has_no_markup_at_all() -> None:
    assert plain("  <b>Fine</b> mug ") == "Fine mug"


@pytest.mark.parametrize("text", ["<" * 20_000, "<a " * 7_000, "</b" * 7_000, "<a" + " x" * 10_000])
def test_hostile_markup_takes_no_time(text: str) -> None:
    started = time.perf_counter()

    formatted(text)

    assert time.perf_counter() - started < 0.1
