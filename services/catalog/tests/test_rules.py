"""Text, slugs, paths and search words: no database needed."""

import pytest

from services.catalog.errors import SameOptions
from services.catalog.rules import category_path
from services.catalog.rules.product import VariantDraft, check_variants, variant_title
from services.catalog.rules.text import (
    MAX_SLUG,
    is_slug,
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
