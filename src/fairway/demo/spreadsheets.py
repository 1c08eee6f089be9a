"""Reading published spreadsheets, cell by cell as they stand."""

from contextlib import closing
from datetime import date, datetime
from pathlib import Path

Row = tuple[object, ...]

# Names here and not from the system's locale, which may not be English.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class MissingExtraError(RuntimeError):
    """The demo's spreadsheet reader is not installed."""


def read_sheets(path: Path, *titles: str) -> list[list[Row]]:
    """Return the rows of the sheets with these titles, in the order asked for.

    Raises KeyError when the workbook has no such sheet.
    """
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise MissingExtraError(
            "The demo reads official spreadsheets with openpyxl. "
            "Install it with: pip install 'fairway[demo]'"
        ) from error
    with closing(load_workbook(path, read_only=True, data_only=True)) as workbook:
        return [list(workbook[title].iter_rows(values_only=True)) for title in titles]


def month_of(cell: object) -> date:
    """Read `July 2014`, `Sep-24` or a date cell as the first day of its month."""
    if isinstance(cell, datetime):
        return cell.date().replace(day=1)
    if not isinstance(cell, str):
        raise TypeError(f"not a month: {cell!r}")
    name, _, year = cell.strip().replace("-", " ").partition(" ")
    if name[:3] not in _MONTHS or not year.isdigit():
        raise ValueError(f"not a month: {cell!r}")
    return date(int(year) + (2000 if len(year) == 2 else 0), _MONTHS.index(name[:3]) + 1, 1)
