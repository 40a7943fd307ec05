"""What a PromQL expression asks for: metrics, and labels of them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import promql_parser as promql

# Grafana puts these in; a test has to.
_GRAFANA = {"$__rate_interval": "5m", "$namespace": ".*"}
_RENAMED = re.compile(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}")


class Selector(NamedTuple):
    """One metric, and the labels that are matched; `values` are those asked for exactly."""

    metric: str
    labels: frozenset[str]
    values: frozenset[tuple[str, str]]


def filled(expr: str) -> str:
    """A dashboard's query as Grafana would send it."""
    for name, value in _GRAFANA.items():
        expr = expr.replace(name, value)
    return expr


def selectors(expr: str) -> list[Selector]:
    """Every metric of the expression."""
    found: list[Selector] = []

    def visit(node: promql.Expr) -> bool:
        if isinstance(node, promql.VectorSelector):
            matchers = node.matchers.matchers
            exact = [(one.name, one.value) for one in matchers if one.op == promql.MatchOp.Equal]
            labels = frozenset(one.name for one in matchers)
            found.append(Selector(node.name or "", labels, frozenset(exact)))
        return True

    promql.walk(promql.parse(expr), visit)
    return found


def grouped(expr: str) -> Iterator[tuple[frozenset[str], list[Selector]]]:
    """The labels of each `by (...)`, with what is aggregated below it."""
    found: list[tuple[frozenset[str], list[Selector]]] = []

    def visit(node: promql.Expr) -> bool:
        if isinstance(node, promql.AggregateExpr) and node.modifier:
            found.append((frozenset(node.modifier.labels), selectors(node.expr.prettify())))
        return True

    promql.walk(promql.parse(expr), visit)
    return iter(found)


def named(text: str) -> set[str]:
    """The labels that a summary or a legend shows."""
    return set(_RENAMED.findall(text))
