"""What a search that found nothing may have meant, by the words that products have."""

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from services.catalog.rules.text import query_words
from services.catalog.rules.typos import MAX_WORD, MIN_WORD, deletions, nearest

_MAX_GUESSES = 8

_has_trigrams = Statement("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
_one_slip_away = Statement("SELECT word FROM term WHERE deletions && $1::text[] LIMIT 200")
# Prepared only where the server has pg_trgm.
_similar = Statement(
    "SELECT word FROM term WHERE word % $1 ORDER BY similarity(word, $1) DESC, word LIMIT 20"
)


def corrected(session: Session, q: str) -> str:
    """A tsquery of all the words, each perhaps another one near it; empty if none is."""
    words = query_words(q)
    guesses = {word: _guesses(session, word) for word in words}
    if not any(guesses.values()):
        return ""
    return " & ".join(f"({' | '.join([word, *guesses[word]])})" for word in words)


def _guesses(session: Session, word: str) -> list[str]:
    if not MIN_WORD <= len(word) <= MAX_WORD:
        return []
    found = {other for (other,) in _one_slip_away.rows(session, deletions(word))}
    if _has_trigrams.first(session):
        found.update(other for (other,) in _similar.rows(session, word))
    return [other for other in nearest(word, found) if other != word][:_MAX_GUESSES]
