"""Charts of whatever a result may hold: nothing of it becomes markup, nothing makes it fail."""

import re

import pytest

from fairway.web.queries.charts import KINDS, Wanted, draw
from fairway.web.queries.tables import Heading, Table, cell

HOSTILE = [
    "<script>alert(1)</script>",
    "</svg><img src=x onerror=alert(1)>",
    '" onload="alert(1)',
    "a.b[0]",
    "]]>",
    "&amp;",
    "datum.x",
    "",
    "x" * 5000,
    "\u202e",
    None,
]


def table(rows, names=("x", "y", "series")):
    headings = tuple(Heading(n, name, n == 1) for n, name in enumerate(names))
    return Table(headings, tuple(rows), len(rows))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_becomes_markup(kind, value):
    name = value or "name"
    names = (name, f"{name} y", f"{name} s")
    rows = [(value, 1, value), ("b", 2.5, "other"), ("c", None, value)]
    for series in (None, 2):
        svg = str(draw(Wanted(kind, 0, 1, series), table(rows, names)).svg)
        tags = set(re.findall(r"<([a-zA-Z]+)", svg))
        assert tags <= {*("svg", "g", "path", "rect", "line", "text", "tspan"), "title", "desc"}
        inside = re.findall(r"<[a-zA-Z]+([^>]*)>", svg)
        assert [one for one in inside if re.search(r"\s(on\w+|href|style|src)\s*=", one)] == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", -1e300, 1e300, 0, 10**40])
def test_no_number_makes_it_fail(number):
    for kind in KINDS:
        assert "<svg" in draw(Wanted(kind, 0, 1), table([("a", number, ""), ("b", 1, "")])).svg


def test_a_chart_without_any_number_says_so():
    drawn = draw(Wanted("bar", 0, 1), table([("a", None, "")]))
    assert drawn.description == "Bar chart without any number."


def test_days_make_a_time_axis():
    rows = [("2025-01-01", 1, ""), ("2025-02-01", 2, "")]
    assert "2025" in draw(Wanted("line", 0, 1), table(rows)).svg


def test_cells_are_bounded_and_plain():
    assert cell(True) == "true"
    assert cell(1234567) == "1234567"
    assert len(cell("x" * 1000)) == 300
