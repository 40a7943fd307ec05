"""Who owns a path: the longest declared prefix, in which `*` stands for any one segment."""

from collections.abc import Mapping
from typing import Generic, TypeVar

T = TypeVar("T")
ANY = "*"


class Prefixes(Generic[T]):
    """`/api/v1/products` is one owner's, `/api/v1/products/*/reviews` below it another's.

    Of two prefixes of the same length the one that says more in words wins. A path costs one
    look-up for each shape of prefix, however many prefixes there are.
    """

    def __init__(self, owners: Mapping[str, T]) -> None:
        self._owners = dict(owners)
        shapes = {_shape(prefix) for prefix in owners}
        self._shapes = sorted(shapes, key=lambda shape: (-shape[0], len(shape[1]), shape))
        self._deepest = max((length for length, _ in shapes), default=0)

    def find(self, path: str) -> T | None:
        """The owner of the path; None when no prefix has it."""
        parts = path.split("/", self._deepest)
        for length, wild in self._shapes:
            if length > len(parts):
                continue
            head = parts[:length]
            for place in wild:
                head[place] = ANY
            owner = self._owners.get("/".join(head))
            if owner is not None:
                return owner
        return None


def _shape(prefix: str) -> tuple[int, tuple[int, ...]]:
    """How many parts the prefix has, and at which places any will do."""
    parts = prefix.split("/")
    return len(parts), tuple(place for place, part in enumerate(parts) if part == ANY)
