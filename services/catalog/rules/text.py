"""What becomes of text from outside: slugs, words to search for."""

import hashlib
import re
import unicodedata

MAX_SLUG = 120
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")

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


def query_words(text: str) -> list[str]:
    """The words of a search, as many as count."""
    return _WORD.findall(text.lower())[:_MAX_WORDS]


def search_expression(text: str) -> str:
    """A tsquery of all the words, the last one perhaps unfinished; empty when there is no word."""
    words = query_words(text)
    if not words:
        return ""
    # A shorter beginning would match most of the catalog.
    last = f"{words[-1]}:*" if len(words[-1]) >= _MIN_PREFIX else words[-1]
    return " & ".join([*words[:-1], last])
