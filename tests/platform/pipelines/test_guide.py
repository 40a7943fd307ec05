"""What the pages tell people to type exists, and what they link to is there."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.architecture.repository import ROOT
from tests.platform.pipelines.makefile import targets
from tests.platform.pipelines.markdown import Page, pages

GUIDE = Page(Path("docs/operations.md"))
_MAKE = re.compile(r"(?:^|[\s(&;])make((?: [a-z][a-z0-9-]*)+)")
_MODULE = re.compile(r"\bpython3? -m ((?:libs|services|tools|bench)[\w.]*)")


def of(page: Page) -> str:
    return str(page.path)


def made(page: Page) -> Iterator[str]:
    """The targets that the page tells people to make."""
    for command in page.commands():
        for words in _MAKE.findall(command.partition("#")[0]):
            yield from words.split()


@pytest.mark.parametrize("page", pages(), ids=of)
def test_every_target_that_a_page_names_exists(page):
    assert set(made(page)) - targets() == set()


@pytest.mark.parametrize("page", pages(), ids=of)
def test_every_module_that_a_page_runs_exists(page):
    named = {module for line in page.commands() for module in _MODULE.findall(line)}

    assert {module for module in named if not importlib.util.find_spec(module)} == set()


@pytest.mark.parametrize("page", pages(), ids=of)
def test_every_link_of_a_page_leads_somewhere(page):
    assert [link for link in page.links if not leads_somewhere(page, link)] == []


def leads_somewhere(page: Page, link: str) -> bool:
    """Whether a file of the repository, or a heading in it, is there; the web is not asked."""
    parts = urlsplit(link)
    if parts.scheme:
        return parts.scheme == "https"
    target = (ROOT / page.path).parent / parts.path if parts.path else ROOT / page.path
    if not target.exists():
        return False
    return not parts.fragment or parts.fragment in Page(target).anchors


def test_the_guide_names_every_target_that_an_operator_has():
    ours = {"images", "kind", "install", "e2e-cluster", "deploy", "package", "sign", "release"}

    assert ours <= set(made(GUIDE))


def test_the_guide_is_found_from_the_first_page():
    assert "docs/operations.md" in Page(Path("README.md")).links


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("[a](test_guide.py)", []),
        ("[a](nowhere.md)", ["nowhere.md"]),
        ("# One `two`: three\n[a](#one-two-three)", []),
        ("[a](#nowhere)", ["#nowhere"]),
        ("```\n[a](nowhere.md)\n```", []),
        ("[a](http://plain.example)", ["http://plain.example"]),
    ],
)
def test_a_link_that_leads_nowhere_is_reported(tmp_path, text, broken):
    (tmp_path / "test_guide.py").touch()
    (tmp_path / "page.md").write_text(text, "utf-8")
    page = Page(tmp_path / "page.md")

    assert [link for link in page.links if not leads_somewhere(page, link)] == broken
