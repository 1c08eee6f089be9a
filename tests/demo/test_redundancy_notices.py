"""Notices add up, and what is confidential stays out."""

from datetime import date

import pytest

from fairway.demo.spreadsheets import month_of


@pytest.mark.parametrize(
    ("sheet", "breakdown", "measure", "confidential"),
    [
        ("1a", "region", "potential_redundancies", 10),
        ("1b", "region", "employers", 8),
        ("2a", "industry", "potential_redundancies", 46),
        ("2b", "industry", "employers", 40),
    ],
)
def test_every_confidential_cell_is_suppressed(
    tables, raw_sheets, sheet, breakdown, measure, confidential
):
    (cells,) = raw_sheets("beis/hr1feb2026.xlsx", sheet)
    marked = sum(cell == "[c]" for row in cells for cell in row)
    rows = [r for r in tables["beis.redundancy_notices"].to_pylist() if r["breakdown"] == breakdown]
    suppressed = [r for r in rows if r[f"{measure}_status"] == "suppressed"]
    assert len(suppressed) == marked == confidential
    assert all(r[measure] is None for r in suppressed)
    assert all(r[measure] > 0 for r in rows if r not in suppressed)


@pytest.mark.parametrize("measure", ["potential_redundancies", "employers"])
@pytest.mark.parametrize("breakdown", ["region", "industry"])
def test_redundancies_add_up_to_great_britain(tables, breakdown, measure):
    parts: dict[date, list[int | None]] = {}
    whole = {}
    for row in tables["beis.redundancy_notices"].to_pylist():
        if row["breakdown"] == breakdown:
            parts.setdefault(row["month"], []).append(row[measure])
        elif row["breakdown"] == "great britain":
            whole[row["month"]] = row[measure]
    assert len(whole) == len(parts) == 82
    for month, numbers in parts.items():
        if None in numbers:
            assert numbers.count(None) == 2  # never one alone, which the total would give away
            assert sum(number or 0 for number in numbers) < whole[month]
        else:
            assert sum(number or 0 for number in numbers) == whole[month]


def test_a_month_that_the_workbook_holds_as_text_is_a_month(tables, raw_sheets):
    (cells,) = raw_sheets("beis/hr1feb2026.xlsx", "1a")
    assert " Sep-24" in [row[0] for row in cells]
    months = sorted(set(tables["beis.redundancy_notices"]["month"].to_pylist()))
    assert months == [date(2019 + at // 12, at % 12 + 1, 1) for at in range(3, 85)]


@pytest.mark.parametrize("cell", ["2025", "Smarch 2025", "", "May", "May-x"])
def test_what_is_not_a_month_is_refused(cell):
    with pytest.raises(ValueError, match="not a month"):
        month_of(cell)
