"""What becomes of text from outside: slugs, markup that is safe to show, words to search for."""

import hashlib
import re
import unicodedata

MAX_SLUG = 120
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")

# A whole tag, or a bracket that a browser could take for the start of one once other tags are
# gone. Each alternative stops at the next bracket, so the time is linear in the length.
_MARKUP = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?:[\s/][^<>]*)?>|<(?=[A-Za-z/!?<])")
_BLOCKS = ("p", "br", "ul", "ol", "li", "h2", "h3", "h4")
_FORMATTING = frozenset((*_BLOCKS, "b", "strong", "i", "em", "u"))

_WORD = re.compile(r"\w+")
_MAX_WORDS = 12
_MIN_PREFIX = 3


def slugify(text: str) -> str:
    """Lower-case ASCII words joined by hyphens; of text without any, a digest."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = _NOT_SLUG.sub("-", ascii_text).strip("-")[:MAX_SLUG].rstrip("-")
    return slug or hashlib.sha256(text.encode()).hexdigest()[:12]


def is_slug(text: str) -> bool:
    """Whether text can be a slug at all."""
    return len(text) <= MAX_SLUG and _SLUG.fullmatch(text) is not None


def plain(text: str) -> str:
    """Text without tags and without white space around."""
    return _strip_markup(text, frozenset()).strip()


def formatted(text: str) -> str:
    """Text whose tags are bare formatting; every other tag and every attribute is gone."""
    return _strip_markup(text, _FORMATTING).strip()


def search_expression(text: str) -> str:
    """A tsquery of all the words, the last one perhaps unfinished; empty when there is no word."""
    words = _WORD.findall(text.lower())[:_MAX_WORDS]
    if not words:
        return ""
    # A shorter beginning would match most of the catalog.
    last = f"{words[-1]}:*" if len(words[-1]) >= _MIN_PREFIX else words[-1]
    return " & ".join([*words[:-1], last])


def _strip_markup(text: str, allowed: frozenset[str]) -> str:
    if "<" not in text:
        return text

    def bare(found: re.Match[str]) -> str:
        slash, name = found.groups()
        if name is None:
            return "&lt;"
        return f"<{slash}{name.lower()}>" if name.lower() in allowed else ""

    return _MARKUP.sub(bare, text)
