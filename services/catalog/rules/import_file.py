"""From the bytes of an uploaded file to its records; a record that cannot be read is a fault."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from services.catalog.errors import UnreadableImport
from services.catalog.rules.csv_cells import restored
from services.catalog.rules.import_row import COLUMNS, REQUIRED, Fault, missing

Format = Literal["csv", "ndjson"]


class Record(NamedTuple):
    """The cells of one row as they were written, by column."""

    row: int
    cells: dict[str, Any]


def records(lines: Iterable[bytes], file_format: Format) -> Iterator[Record | Fault]:
    """Every row of the file in order, counted from 1 without header and blank lines.

    A file without usable header is refused as a whole, before the first record.
    """
    return _csv_records(lines) if file_format == "csv" else _json_records(lines)


def _csv_records(lines: Iterable[bytes]) -> Iterator[Record | Fault]:
    reader = csv.reader(_decoded(lines), strict=True)
    header = _header(reader)
    row = 0
    while True:
        first_line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            row += 1
            where = f"lines {first_line} to {reader.line_num}"
            yield Fault(row, "", f"{where} cannot be read as CSV: {fault}")
            continue
        if not cells:
            continue
        row += 1
        if len(cells) == len(header):
            yield Record(row, dict(zip(header, map(restored, cells), strict=True)))
        else:
            yield Fault(row, "", f"has {len(cells)} cells, the header has {len(header)}")


def _header(reader: "Iterator[list[str]]") -> list[str]:
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as fault:
        raise UnreadableImport(f"the header cannot be read as CSV: {fault}") from fault
    if not header:
        raise UnreadableImport("the file has no header line")
    if absent := [name for name in REQUIRED if name not in header]:
        raise UnreadableImport(f"the header lacks {', '.join(absent)}", columns=absent)
    if unknown := [name for name in header if name not in COLUMNS]:
        listed = ", ".join(name[:40] for name in unknown).encode(errors="replace").decode()
        raise UnreadableImport(f"the header has unknown columns: {listed}")
    if len(set(header)) != len(header):
        raise UnreadableImport("the header has a column twice")
    return header


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    """Bytes that are no UTF-8 stay recognizable, so that only their own row is refused."""
    for number, line in enumerate(lines):
        start = len(codecs.BOM_UTF8) if number == 0 and line.startswith(codecs.BOM_UTF8) else 0
        yield line[start:].decode(errors="surrogateescape")


def _json_records(lines: Iterable[bytes]) -> Iterator[Record | Fault]:
    row = 0
    for line in lines:
        if line.strip():
            row += 1
            yield _json_record(row, line)


def _json_record(row: int, line: bytes) -> Record | Fault:
    try:
        cells = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        return Fault(row, "", f"is not a JSON object: {fault}")
    cells = {column: cell for column, cell in cells.items() if cell is not None}
    if unknown := [column for column in cells if column not in COLUMNS]:
        return Fault(row, unknown[0][:40].replace("\x00", ""), "is not a known column")
    if absent := missing(cells):
        return Fault(row, absent[0], "is missing")
    return Record(row, cells)
