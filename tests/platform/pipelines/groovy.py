"""Groovy as a tree: enough of it to read a declarative pipeline and its shared steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import tree_sitter_groovy
from tree_sitter import Language, Node, Parser

_CALLS = ("method_invocation", "juxt_function_call")
_TEXTS = ("character_literal", "string_literal")
_WRAPPERS = ("expression_statement",)


@dataclass(frozen=True)
class Call:
    """`name 'text', key: value { ... }`: a section, a directive or a step of a pipeline."""

    node: Node

    @property
    def name(self) -> str:
        """What is called."""
        name = self.node.child_by_field_name("name")
        return _text(name) if name else ""

    @cached_property
    def texts(self) -> list[str]:
        """Its arguments that are plain texts."""
        return [_text(node)[1:-1] for node in self._arguments if node.type in _TEXTS]

    @cached_property
    def options(self) -> dict[str, str]:
        """Its named arguments as they are written, texts without their quotation marks."""
        items = [node for node in self._arguments if node.type == "map_item"]
        pairs = [
            (item.child_by_field_name("key"), item.child_by_field_name("value")) for item in items
        ]
        return {_text(key): _text(value).strip("'\"") for key, value in pairs if key and value}

    def own(self) -> "list[Call]":
        """The calls that its block is made of."""
        body = self.node.child_by_field_name("body")
        nodes = (_unwrapped(node) for node in (body.named_children if body else ()))
        return [Call(node) for node in nodes if node.type in _CALLS]

    def directive(self, name: str) -> "Call | None":
        """The one of its own calls that has this name."""
        return next((call for call in self.own() if call.name == name), None)

    def within(self, *names: str) -> "list[Call]":
        """Every call of these names below it, in the order of the file."""
        return [
            call
            for child in self.node.named_children
            for call in _calls(child)
            if call.name in names
        ]

    @property
    def _arguments(self) -> list[Node]:
        found = self.node.child_by_field_name("arguments") or self.node.child_by_field_name("args")
        return found.named_children if found else []


@dataclass(frozen=True)
class Script:
    """A file of Groovy."""

    root: Node

    @classmethod
    def parse(cls, source: str) -> "Script":
        """The tree of the source; `broken` says whether it is Groovy."""
        language = Language(tree_sitter_groovy.language())
        return cls(Parser(language).parse(source.encode()).root_node)

    @property
    def broken(self) -> bool:
        """Whether anything in it could not be read."""
        return self.root.has_error

    def calls(self, *names: str) -> list[Call]:
        """Every call of these names, or of any, in the order of the file."""
        return [call for call in _calls(self.root) if not names or call.name in names]


def _calls(node: Node) -> Iterator[Call]:
    if node.type in _CALLS:
        yield Call(node)
    for child in node.named_children:
        yield from _calls(child)


def _unwrapped(node: Node) -> Node:
    return node.named_children[0] if node.type in _WRAPPERS and node.named_children else node


def _text(node: Node) -> str:
    return (node.text or b"").decode()
