"""Text, slugs, paths and search words: no database needed."""

import time

import pytest

from services.catalog.errors import SameOptions
from services.catalog.rules import category_path
from services.catalog.rules.product import VariantDraft, check_variants, variant_title
from services.catalog.rules.text import (
    MAX_SLUG,
    formatted,
    is_slug,
    plain,
    search_expression,
    slugify,
)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Blue Mug", "blue-mug"),
        ("  Crème brûlée!  ", "creme-brulee"),
        ("A--B__C", "a-b-c"),
        ("x" * 300, "x" * MAX_SLUG),
    ],
)
def test_a_slug_is_ascii_words(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_text_without_ascii_words_has_a_slug_that_stays_the_same() -> None:
    assert slugify("日本") == slugify("日本")
    assert slugify("日本") != slugify("本日")
    assert is_slug(slugify("日本"))


@pytest.mark.parametrize("text", ["", "A", "a b", "-a", "a-", "a--b", "ä", "a\n", "x" * 121])
def test_what_is_no_slug(text: str) -> None:
    assert not is_slug(text)


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


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("Blue Mug", "blue & mug:*"),
        ("mu", "mu"),
        ("a & !b | (c:*)", "a & b & c"),
        ("' OR 1=1 --", "or & 1 & 1"),
        ("!!!", ""),
        (" ".join("abcdefghijklmno"), " & ".join("abcdefghijkl")),
    ],
)
def test_a_search_is_words_whatever_was_typed(text: str, expression: str) -> None:
    assert search_expression(text) == expression


def test_a_path_is_read_name_by_name() -> None:
    assert category_path.parse(" Home>Kitchen  >  Mugs ") == (
        "Home",
        "Kitchen",
        "Mugs",
    )


@pytest.mark.parametrize(
    "text", ["", "Home >", "> Home", "a > > b", "x" * 121, " > ".join("abcdefghi")]
)
def test_a_path_that_cannot_be_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be|at most"):
        category_path.parse(text)


def test_options_in_another_order_are_the_same_options() -> None:
    first = VariantDraft(sku="A", prices=(), options={"a": "1", "b": "2"})
    second = VariantDraft(sku="B", prices=(), options={"b": "2", "a": "1"})

    with pytest.raises(SameOptions, match="A and B"):
        check_variants([first, second])


def test_a_title_is_cut_between_characters() -> None:
    title = variant_title("日" * 255, {"size": "L"})

    assert title == "日" * 66
