"""Cells of CSV files that people open in spreadsheets, which run what looks like a formula."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_MARK = "'"


def neutral(cell: str) -> str:
    """The cell, marked as text where a spreadsheet would take it for a formula."""
    return _MARK + cell if cell.startswith(_FORMULA) else cell


def restored(cell: str) -> str:
    """The cell as it was before `neutral`."""
    return cell[1:] if cell.startswith(_MARK) and cell[1:].startswith(_FORMULA) else cell
