"""Formatted text of editors, reduced to what an allow-list names."""

import nh3

from libs.links import is_link, is_resource

_WORDS = {"strong", "b", "em", "i", "u", "s", "sub", "sup", "small", "code", "a", "br", "img"}
_PARAGRAPHS = {"p", "h2", "h3", "h4", "hr", "blockquote", "pre", "ul", "ol", "li"}
_TABLES = {"table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}}
_ADDRESSES = {("a", "href"): is_link, ("img", "src"): is_resource}


def clean(html: str) -> str:
    """The text with allowed tags and attributes alone; cleaning it again changes nothing.

    What is not allowed is left out and its text stays; scripts and styles go with their text.
    """
    return _CLEANER.clean(html)


def _attribute(tag: str, name: str, value: str) -> str | None:
    allowed = _ADDRESSES.get((tag, name))
    return value if allowed is None or allowed(value) else None


_CLEANER = nh3.Cleaner(
    tags=_WORDS | _PARAGRAPHS | _TABLES,
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer",
)
