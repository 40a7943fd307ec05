"""Words that were perhaps meant: at most one or two slips away from what was typed."""

import re
from collections.abc import Iterable

MIN_WORD = 3
MAX_WORD = 40
# A short word two slips away is another word.
_MIN_TWO_SLIPS = 6
_WORD = re.compile(r"\w+")


def vocabulary(texts: Iterable[str]) -> set[str]:
    """The words of some texts that are worth being guessed."""
    words = (word for text in texts for word in _WORD.findall(text.lower()))
    return {word for word in words if MIN_WORD <= len(word) <= MAX_WORD}


def deletions(word: str) -> list[str]:
    """The word and all that is left of it without one letter.

    Two words that are one slip apart always have one of these in common, in any alphabet.
    """
    return sorted({word, *(word[:place] + word[place + 1 :] for place in range(len(word)))})


def nearest(word: str, candidates: Iterable[str]) -> list[str]:
    """Those few slips away, the nearest first."""
    most = 2 if len(word) >= _MIN_TWO_SLIPS else 1
    ranked = sorted((slips(word, other), other) for other in set(candidates))
    return [other for distance, other in ranked if distance <= most]


def slips(one: str, other: str) -> int:
    """Letters left out, added, mistaken or swapped with their neighbor (optimal alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
