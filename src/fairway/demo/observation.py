"""What a publisher says about a number: whether it was observed, and if there is none, why not.

Official files write words where a number is withheld or has no meaning. Such a word never becomes
0, and never a silent null: the number column is null and its `<measure>_status` column says why.
A word that its publisher has not explained stops the tidy-up.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Status(StrEnum):
    """Why a number is there, or is not. The text is what stands in `<measure>_status` columns."""

    OBSERVED = "observed"
    PROVISIONAL = "provisional"  # there is a number, and its publisher says it will be revised
    TOP_CODED = "top-coded"  # the number is a bound that the true value lies above
    LOW = "low"  # too small to show
    SUPPRESSED = "suppressed"  # confidential
    NIL = "nil or negligible"  # the publisher does not say which of the two
    NOT_APPLICABLE = "not applicable"  # the question does not arise for this record
    NOT_AVAILABLE = "not available"  # the cell is blank, or is said to be unavailable

    @property
    def has_number(self) -> bool:
        """Whether a number goes with this status."""
        return self in {Status.OBSERVED, Status.PROVISIONAL, Status.TOP_CODED}


DWP: Mapping[str, Status] = {"..": Status.NIL}
"""Stat-Xplore, footer of the table: '".." denotes a nil or negligible number of claimants'."""

DFE: Mapping[str, Status] = {
    "low": Status.LOW,
    "~": Status.LOW,
    "x": Status.NOT_AVAILABLE,
    "z": Status.NOT_APPLICABLE,
    "c": Status.SUPPRESSED,
}
"""Data guidance of "Apprenticeships" on Explore Education Statistics: 'low' a base value of fewer
than 5, 'x' unavailable, 'z' not applicable, 'c' suppressed. Releases up to 2020/21 write '~' for
what is now 'low'."""

INSOLVENCY_SERVICE: Mapping[str, Status] = {"[c]": Status.SUPPRESSED}
"""Every table of the HR1 workbook: 'Some shorthand is used in this table, [c] = confidential'."""

HMRC: Mapping[str, Status] = {}
"""The PAYE RTI workbook explains no shorthand, and its tables that are used here hold none."""

ACS: Mapping[str, Status] = {"N": Status.NOT_APPLICABLE}
"""Data dictionary of the NIST excerpts: N is 'N/A', for example 'less than 15 years old'."""


def read_cell(
    cell: object, markers: Mapping[str, Status], *, as_found: Status = Status.OBSERVED
) -> tuple[int | None, Status]:
    """Read one cell as (whole number or None, status).

    `markers` is what its publisher explains; `as_found` is the status of a cell that has a number.
    Raises ValueError for a word that nobody explained and for a number that is not whole, and
    TypeError for a cell that is neither text nor number.
    """
    if isinstance(cell, str):
        cell = cell.strip()
    if cell is None or cell == "":
        return None, Status.NOT_AVAILABLE
    if isinstance(cell, str) and cell in markers:
        return None, markers[cell]
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise TypeError(f"neither a number nor a known marker: {cell!r}")
    try:
        number = float(cell)
    except ValueError:
        raise ValueError(f"neither a number nor a known marker: {cell!r}") from None
    if not number.is_integer():
        raise ValueError(f"not a whole number: {cell!r}")
    return int(number), as_found


def read_column(
    cells: Iterable[object], markers: Mapping[str, Status], *, as_found: Status = Status.OBSERVED
) -> tuple[list[int | None], list[str]]:
    """Read a column of cells as a column of numbers and the column of their statuses."""
    numbers: list[int | None] = []
    statuses: list[str] = []
    for cell in cells:
        number, status = read_cell(cell, markers, as_found=as_found)
        numbers.append(number)
        statuses.append(status.value)
    return numbers, statuses
