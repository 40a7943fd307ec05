"""A report as an answer: a page of JSON, or all of it as a file."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response

from libs import ids
from libs.db.transaction import reading
from libs.http.csv_export import csv_response
from libs.http.fields import rfc3339
from libs.money import Money
from services.reports.queries.report import Report, ReportPage
from services.reports.rules import Range, range_of
from services.reports.schemas import shown

_PREFIXES = {
    "product_id": "prd",
    "variant_id": "var",
    "customer_id": "usr",
    "promotion_id": "pro",
}
# Orders the rows, and says nothing that another column does not say.
_HIDDEN = "customer"


def answer(
    report: Report, args: Mapping[str, Any], **values: Sequence[Any]
) -> ReportPage | Response:
    """What was asked for; `values` are what this report needs besides range and currency."""
    span = range_of(args["first"], args["last"], args["timezone"])
    wanted = {"currency": args.get("currency"), **values}
    if args["format"] == "csv":
        name = f"{report.name}-{span.first}-{span.last}"
        header = [column.removesuffix("_minor") for column in _columns(report)]
        return csv_response(name, header, _cells(report, span, wanted))
    with reading() as session:
        return report.page(session, span, wanted, args["cursor"], args["limit"])


def _columns(report: Report) -> list[str]:
    return [column for column in report.columns if column != _HIDDEN]


def _cells(report: Report, span: Range, values: Mapping[str, Any]) -> Iterator[list[list[Any]]]:
    with reading() as session:
        for part in report.stream(session, span, values):
            yield [
                [_cell(name, value) for name, value in shown(row).items() if name != _HIDDEN]
                for row in part
            ]


def _cell(name: str, value: Any) -> Any:
    match value:
        case Money():
            return _Number(value.decimal)
        case UUID():
            return ids.to_text(_PREFIXES[name], value)
        case datetime():
            return rfc3339(value)
    return value


class _Number:
    """Digits and a sign of our own making, so no formula."""

    def __init__(self, digits: str) -> None:
        self._digits = digits

    def __str__(self) -> str:
        return self._digits
