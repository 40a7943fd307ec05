"""Templates become words: in a sandbox that knows conditions, loops over data and few filters."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifications.errors import BadTemplate
from services.notifications.rules.messages import one_line

MAX_CHARACTERS = 100_000
# Jinja writes Python, whose own compiler has limits of depth.
_FAULTS = (TemplateError, TypeError, ValueError, RecursionError, SyntaxError, MemoryError)
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
    """No globals, no calls, no arithmetic: nothing that could run long or reach anything.

    A dot means a member of the data, never an attribute of a Python object.
    """

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(
            autoescape=autoescape, keep_trailing_newline=True, undefined=StrictUndefined
        )
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in _FILTERS} | {"join": _join}
        self.tests = {name: self.tests[name] for name in ("defined", "none")}

    def getitem(self, obj: Any, argument: Any) -> Any:
        """The member, or the undefined that names it."""
        try:
            return obj[argument]
        except (LookupError, TypeError):
            return self.undefined(obj=obj, name=argument)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The same after a dot."""
        return self.getitem(obj, attribute)


def _join(value: Sequence[Any], separator: str = "") -> str:
    """Jinja's own could be chained into gigabytes; the escaping follows, as for any text."""
    texts = [str(one) for one in value]
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_CHARACTERS:
        raise SecurityError(f"a text longer than {MAX_CHARACTERS} characters is not allowed")
    return separator.join(texts)


_plain = _Sandbox(autoescape=False)
_markup = _Sandbox(autoescape=True)


def render(source: Words, data: Mapping[str, Any]) -> Words:
    """The words for that data, which is never read as a template itself.

    Refused with BadTemplate.
    """
    try:
        return Words(
            subject=one_line(_text(source.subject, data, markup=False)),
            body=_text(source.body, data, markup=False),
            html=_text(source.html, data, markup=True) if source.html else None,
        )
    except _FAULTS as fault:
        raise BadTemplate(f"the template cannot be used: {fault}") from fault


def _text(source: str, data: Mapping[str, Any], *, markup: bool) -> str:
    parts: list[str] = []
    left = MAX_CHARACTERS
    for part in _compiled(source, markup=markup).generate(data):
        left -= len(part)
        if left < 0:
            raise SecurityError(f"the text is longer than {MAX_CHARACTERS} characters")
        parts.append(part)
    return "".join(parts)


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
