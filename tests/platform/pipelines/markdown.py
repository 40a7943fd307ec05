"""Pages of Markdown: their code blocks, headings and links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.repository import ROOT, files

_FENCE = re.compile(r"^ *```(?P<language>\w*)\n(?P<code>.*?)^ *```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_SPAN = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Page:
    """One page of the repository."""

    path: Path

    @property
    def text(self) -> str:
        return (ROOT / self.path).read_text("utf-8")

    @property
    def prose(self) -> str:
        """The page without its code blocks."""
        return _FENCE.sub("", self.text)

    def code(self, *languages: str) -> Iterator[str]:
        """Its code blocks in these languages, or in any."""
        for fence in _FENCE.finditer(self.text):
            if not languages or fence["language"] in languages:
                yield fence["code"]

    def commands(self) -> list[str]:
        """Every line of its code blocks, continued lines joined, and every span of code."""
        joined = "\n".join(self.code()).replace("\\\n", " ")
        return [*joined.splitlines(), *_SPAN.findall(self.prose)]

    @property
    def anchors(self) -> set[str]:
        """The names by which its headings can be linked to."""
        return {_slug(heading["text"]) for heading in _HEADING.finditer(self.prose)}

    @property
    def links(self) -> list[str]:
        """Where it links to."""
        return [link["target"] for link in _LINK.finditer(self.prose)]


def pages() -> list[Page]:
    """Every page of the repository."""
    return [Page(path) for path in files(ROOT) if path.suffix == ".md"]


def _slug(heading: str) -> str:
    words = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
