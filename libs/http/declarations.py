"""The start-up check: a service whose operations are not wholly declared does not start."""

from collections.abc import Iterable

from flask import Flask

from libs.http.blueprint import INTERNAL
from libs.http.operation import Operation, operation_of
from libs.http.prefixes import Prefixes
from libs.http.ratelimit import Limiter


def declared_operations(
    app: Flask, prefixes: tuple[str, ...], limiter: Limiter
) -> dict[str, Operation]:
    """Every endpoint's declarations; a ValueError says in one sentence what is missing."""
    found = {name: operation_of(view) for name, view in app.view_functions.items()}
    _refuse(
        (name for name, operation in found.items() if operation is None),
        "these operations declare no access rule",
    )
    operations = {name: operation for name, operation in found.items() if operation}
    _refuse(
        (
            f"{name} ({rate})"
            for name, operation in operations.items()
            for rate in operation.rates
            if rate not in limiter.names
        ),
        "these operations name an unknown class of rate limit",
    )
    rules = list(app.url_map.iter_rules())
    own = Prefixes(dict.fromkeys(prefixes, app.name))
    _refuse(
        (rule.rule for rule in rules if own.find(rule.rule) is None),
        "these paths are outside the service's prefixes",
    )
    _refuse(
        (
            rule.rule
            for rule in rules
            if rule.rule.startswith(INTERNAL) and not operations[rule.endpoint].access.service
        ),
        "these internal paths have an access rule that does not name services",
    )
    return operations


def _refuse(offenders: Iterable[str], sentence: str) -> None:
    names = sorted(set(offenders))
    if names:
        raise ValueError(f"{sentence}: {', '.join(names)}")
