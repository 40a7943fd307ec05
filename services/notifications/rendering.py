"""Templates become words: in a sandbox that knows conditions, loops over data and few filters."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifications.errors import BadTemplate
from services.notifications.rules import one_line

_FILTERS = ("default", "e", "escape", "first", "join", "last", "length", "lower", "title", "upper")
_ALLOWED = (
    nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem,
    nodes.If, nodes.For, nodes.Filter, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.Test, nodes.CondExpr,
)  # fmt: skip


class Words(NamedTuple):
    """The source of a message, or the message itself."""

    subject: str
    body: str
    html: str | None


class _Sandbox(ImmutableSandboxedEnvironment):
    """No globals, no calls, no arithmetic: nothing that could run long or reach anything."""

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(
            autoescape=autoescape, keep_trailing_newline=True, undefined=StrictUndefined
        )
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.tests = {name: self.tests[name] for name in ("defined", "none")}


_plain = _Sandbox(autoescape=False)
_markup = _Sandbox(autoescape=True)


def render(source: Words, data: Mapping[str, Any]) -> Words:
    """The words for that data, which is never read as a template itself.

    Refused with BadTemplate.
    """
    try:
        return Words(
            subject=one_line(_compiled(source.subject, markup=False).render(data)),
            body=_compiled(source.body, markup=False).render(data),
            html=_compiled(source.html, markup=True).render(data) if source.html else None,
        )
    except (TemplateError, TypeError, ValueError, RecursionError) as fault:
        raise BadTemplate(f"the template cannot be used: {fault}") from fault


@lru_cache(maxsize=256)
def _compiled(source: str, *, markup: bool) -> Template:
    sandbox = _markup if markup else _plain
    tree = sandbox.parse(source)
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            raise SecurityError(f"{type(node).__name__.lower()} is not allowed")
        if isinstance(node, nodes.For) and (node.recursive or node.find(nodes.For)):
            raise SecurityError("a loop inside a loop is not allowed")
    return sandbox.from_string(tree)
