"""What an operation declares about itself, for the gate, the start-up check and OpenAPI."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """Who may call: one of public, guest, user or service; roles and scopes narrow `user`."""

    public: bool = False
    guest: bool = False
    user: bool = False
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    owns: str = ""

    def document(self) -> dict[str, Any]:
        """The `x-authz` of OpenAPI: only what was declared."""
        declared = {name: value for name, value in vars(self).items() if value}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in declared.items()}


@dataclass(frozen=True)
class Operation:
    """One view's declarations; `idempotent` is None, "optional" or "required"."""

    access: Access
    rates: tuple[str, ...] = ()
    idempotent: str | None = None
    takes_query: bool = False


def declare(view: View, **declarations: Any) -> View:
    """Note facts where flask-smorest keeps its own about the view: they survive wrapping."""
    apidoc = dict(getattr(view, "_apidoc", {}))
    apidoc["argosy"] = {**apidoc.get("argosy", {}), **declarations}
    view._apidoc = apidoc  # type: ignore[attr-defined]  # functions carry attributes
    return view


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """The declarations of a view, or None when it has no access rule."""
    apidoc = getattr(view, "_apidoc", {})
    declared = dict(apidoc.get("argosy", {}))
    if "access" not in declared:
        return None
    declared.pop("examples", None)
    parameters = apidoc.get("arguments", {}).get("parameters", [])
    takes_query = any(parameter["in"] in ("query", "querystring") for parameter in parameters)
    return Operation(takes_query=takes_query, **declared)


def access(
    *,
    public: bool = False,
    guest: bool = False,
    user: bool = False,
    roles: tuple[str, ...] = (),
    scopes: tuple[str, ...] = (),
    service: tuple[str, ...] = (),
    owns: str = "",
) -> Callable[[View], View]:
    """Who may call the operation; `owns` says in words whose things a user reaches."""
    rule = Access(public, guest, user or bool(roles or scopes), roles, scopes, service, owns)
    if sum((rule.public, rule.guest, rule.user, bool(rule.service))) != 1:
        raise ValueError("an access rule is exactly one of public, guest, user (roles) or service")
    return lambda view: declare(view, access=rule)


def limited(*classes: str) -> Callable[[View], View]:
    """Count each call against these classes of rate limit."""
    return lambda view: declare(view, rates=classes)


def idempotent(*, required: bool) -> Callable[[View], View]:
    """The operation honors Idempotency-Key: its view answers through `idempotency.once`."""
    return lambda view: declare(view, idempotent="required" if required else "optional")


def example(*, request: Any = None, response: Any = None) -> Callable[[View], View]:
    """Bodies for the documents, where those composed from the schemas would mislead."""
    return lambda view: declare(view, examples={"request": request, "response": response})
