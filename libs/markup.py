"""Text from outside, made safe to show: without markup, or with bare formatting alone."""

import re

# A whole tag, or a bracket that a browser could take for the start of one once other tags are
# gone. Each alternative stops at the next bracket, so the time is linear in the length.
_MARKUP = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?:[\s/][^<>]*)?>|<(?=[A-Za-z/!?<])")
_BLOCKS = ("p", "br", "ul", "ol", "li", "h2", "h3", "h4")
_FORMATTING = frozenset((*_BLOCKS, "b", "strong", "i", "em", "u"))


def plain(text: str) -> str:
    """Text without tags and without white space around."""
    return _strip_markup(text, frozenset()).strip()


def formatted(text: str) -> str:
    """Text whose tags are bare formatting; every other tag and every attribute is gone."""
    return _strip_markup(text, _FORMATTING).strip()


def _strip_markup(text: str, allowed: frozenset[str]) -> str:
    if "<" not in text:
        return text

    def bare(found: re.Match[str]) -> str:
        slash, name = found.groups()
        if name is None:
            return "&lt;"
        return f"<{slash}{name.lower()}>" if name.lower() in allowed else ""

    return _MARKUP.sub(bare, text)
