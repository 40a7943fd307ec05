"""What every request passes before its view: the one place where access is decided."""

import hashlib

from flask import g, request

from libs.http import ratelimit
from libs.http.auth import Principal
from libs.http.kernel import Kernel, kernel
from libs.http.operation import Access, Operation
from libs.http.problems import FieldFault, Problem, invalid, malformed
from libs.observability import logging

_MAX_KEY = 255
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def admit() -> None:
    """Refuse or let pass; a view without declarations is closed to everybody."""
    if request.url_rule is None or _is_preflight():
        return
    if any(name in request.headers for name in _OVERRIDES):
        raise Problem(405, "method_not_allowed", "The method cannot be overridden by a header.")
    carried = kernel()
    operation = carried.operations.get(request.endpoint or "")
    if operation is None:
        raise Problem(403, "forbidden", "This operation is open to nobody.")
    caller = carried.authenticator.identify()
    g.argosy_principal = caller
    if caller.user_id:
        logging.user_id.set(str(caller.user_id))
    _authorize(operation.access, caller)
    _limit(carried, operation, caller)
    _check_query(operation)
    if operation.idempotent:
        g.argosy_idempotency_key = _idempotency_key(required=operation.idempotent == "required")


def _is_preflight() -> bool:
    """An OPTIONS that Flask answers itself, without any view."""
    automatic = getattr(request.url_rule, "provide_automatic_options", False)
    return automatic and request.method == "OPTIONS"


def _authorize(rule: Access, caller: Principal) -> None:
    if rule.public or (rule.guest and caller.kind != "service" and not caller.key_id):
        return
    if caller.kind == "anonymous":
        challenge = {"WWW-Authenticate": "Bearer"}
        raise Problem(401, "unauthenticated", "This operation needs a token.", headers=challenge)
    if caller.key_id and not _is_in_scope(caller):
        raise Problem(403, "out_of_scope", "The scopes of the API key do not reach this.")
    if not _allows(rule, caller):
        raise Problem(403, "forbidden", "The caller may not do this.")


def _is_in_scope(caller: Principal) -> bool:
    """A key's scopes name services, and whether it may change anything there."""
    verb = "read" if request.method in _READS else "write"
    return f"{kernel().service}:{verb}" in caller.scopes


def _allows(rule: Access, caller: Principal) -> bool:
    if caller.kind == "service":
        return caller.service in rule.service
    if rule.guest:
        return True
    if not rule.user:
        return False
    in_role = not rule.roles or not caller.roles.isdisjoint(rule.roles)
    return in_role and caller.scopes.issuperset(rule.scopes)


def _limit(carried: Kernel, operation: Operation, caller: Principal) -> None:
    for name in operation.rates:
        key = f"address:{client_address()}" if name in ratelimit.BY_ADDRESS else identity(caller)
        if allowance := carried.limiter.spend(name, key):
            g.argosy_rate_headers = allowance.headers()


def _check_query(operation: Operation) -> None:
    if "\x00" in request.path:
        raise Problem(404, "not_found", "There is nothing at this address.")
    if not operation.takes_query and request.args:
        faults = [
            FieldFault(f"/query/{name}", "unknown_field", "Unknown field.") for name in request.args
        ]
        raise invalid(faults)


def _idempotency_key(*, required: bool) -> str | None:
    header = request.headers.get("Idempotency-Key")
    if header is None:
        if required:
            raise malformed(
                "idempotency_key_missing", "This operation needs an Idempotency-Key header."
            )
        return None
    quoted = len(header) > 1 and header[0] == header[-1] == '"'
    key = header[1:-1] if quoted else header
    if not 1 <= len(key) <= _MAX_KEY or not key.isascii() or not key.isprintable():
        raise malformed(
            "idempotency_key_invalid", "The Idempotency-Key must be 1 to 255 printable characters."
        )
    return key


def client_address() -> str:
    """The client's address: the peer's, or what our own proxies say when any are declared."""
    return request.remote_addr or "unknown"


def identity(caller: Principal) -> str:
    """A text that is the caller's own: nobody else's keys or counters share it."""
    if caller.kind == "user":
        return f"user:{caller.user_id}"
    if caller.kind == "service":
        return f"service:{caller.service}"
    if caller.cart_token:
        return f"cart:{hashlib.sha256(caller.cart_token.encode()).hexdigest()}"
    return f"address:{client_address()}"
