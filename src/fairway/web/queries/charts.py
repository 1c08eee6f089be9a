"""A simple chart of a table, as an SVG that can be read aloud: a title and a description.

What the drawing library gives is taken apart and put together again from the elements and
attributes on a list, so that nothing else can come into a page, whatever a value holds.
"""

import math
import threading
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

from fairway.nouns.errors import BadInput
from fairway.web.queries.tables import Table, cell

KINDS = ("bar", "line")
MOST_POINTS = 400
MOST_LINES = 6
LONGEST_LABEL = 60
_FONT = "Arial, sans-serif"
# The palette of the Government Analysis Function, each distinct from its neighbour in grey too.
_COLOURS = ("#12436d", "#28a197", "#801650", "#f46a25", "#3d3d3d", "#a285d1")
_DASHES = ([1, 0], [8, 4], [2, 2], [12, 4, 2, 4], [4, 2], [10, 2])
_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset({"svg", "g", "path", "rect", "line", "text", "tspan", "clipPath", "defs"})
_ATTRIBUTES = frozenset(
    (
        *("width", "height", "viewBox", "d", "x", "y", "x1", "y1", "x2", "y2", "dx", "dy"),
        *("rx", "ry", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray"),
        *("stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit"),
        *("stroke-opacity", "opacity", "transform", "text-anchor", "font-family", "font-size"),
        *("font-weight", "font-style", "display", "id", "clip-path", "clip-rule"),
    )
)
_drawing = threading.Lock()
"""The library draws one picture at a time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A chart as it was asked for: columns by number, and one line or colour per value of one."""

    kind: str
    x: int
    y: int
    series: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: its words, and its picture."""

    title: str
    description: str
    svg: Markup


def check(wanted: Wanted, table: Table) -> None:
    """Raise `BadInput` unless the table can be drawn as wanted."""
    count = len(table.headings)
    if wanted.kind not in KINDS:
        raise BadInput("chart.unknown_kind", "Select a bar chart or a line chart.", field="kind")
    for field, number in (("x", wanted.x), ("y", wanted.y), ("series", wanted.series or 0)):
        if not 0 <= number < count:
            raise BadInput("chart.no_such_column", "Select a column of the result.", field=field)
    if not table.headings[wanted.y].numeric:
        raise BadInput("chart.not_numbers", "Select a column of numbers for the size.", field="y")
    if not table.rows:
        raise BadInput("chart.no_rows", "The result has no rows to draw.", field="x")
    if wanted.series is not None and len({row[wanted.series] for row in table.rows}) > MOST_LINES:
        raise BadInput(
            "chart.too_many_lines",
            f"Select a column with {MOST_LINES} different values or fewer, or none.",
            field="series",
        )


def draw(wanted: Wanted, table: Table) -> Chart:
    """Draw a chart of a table. Raises `BadInput` when it cannot be drawn so."""
    check(wanted, table)
    x, y = _label(table.headings[wanted.x].name), _label(table.headings[wanted.y].name)
    title = f"{y} by {x}"
    if wanted.series is not None:
        title += f" and {_label(table.headings[wanted.series].name)}"
    description = _description(wanted, table)
    import vl_convert  # deferred: it is heavy, and few pages draw

    with _drawing:
        svg = vl_convert.vegalite_to_svg(_specification(wanted, table), allowed_base_urls=[])
    return Chart(title, description, _cleaned(svg, title, description))


def _description(wanted: Wanted, table: Table) -> str:
    """Say in words what a look at the chart would tell first."""
    points = [row for row in table.rows if _number(row[wanted.y]) is not None]
    kind = "Bar chart" if wanted.kind == "bar" else "Line chart"
    if not points:
        return f"{kind} without any number."
    lowest = min(points, key=lambda row: float(row[wanted.y]))
    highest = max(points, key=lambda row: float(row[wanted.y]))
    return (
        f"{kind} of {len(points):,} numbers."
        f" The lowest is {lowest[wanted.y]} ({_label(lowest[wanted.x])}),"
        f" the highest is {highest[wanted.y]} ({_label(highest[wanted.x])})."
        " All the numbers are in the table below."
    )


def _number(value: Any) -> float | None:
    """Return what can be drawn of a value: no infinity, and nothing that is not a number."""
    number = float("nan") if value is None else float(value)
    return number if math.isfinite(number) else None


def _label(value: Any) -> Any:
    """Return a value as it stands at an axis: short, because long texts take long to measure."""
    if value is None:
        return "no value"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return cell(value)[:LONGEST_LABEL]


def _specification(wanted: Wanted, table: Table) -> str:
    import altair as alt

    values = [
        {
            "x": _label(row[wanted.x]),
            "y": _number(row[wanted.y]),
            "series": "" if wanted.series is None else _label(row[wanted.series]),
        }
        for row in table.rows
    ]
    chart: Any = alt.Chart(alt.InlineData(values=values))
    line = wanted.kind == "line"
    chart = chart.mark_line(strokeWidth=3) if line else chart.mark_bar()
    category = _category(wanted, table, values)
    size = alt.Y if line else alt.X
    channels = {
        "x" if line else "y": category,
        "y" if line else "x": size("y:Q", title=_label(table.headings[wanted.y].name), stack=None),
    }
    if wanted.series is not None:
        title = _label(table.headings[wanted.series].name)
        colour = alt.Color("series:N", title=title, sort=None).scale(range=list(_COLOURS))
        channels["color"] = colour
        if line:  # told apart without colour too
            channels["strokeDash"] = alt.StrokeDash("series:N", title=title, sort=None).scale(
                range=[list(dash) for dash in _DASHES]
            )
        else:
            channels["yOffset"] = alt.YOffset("series:N", sort=None)
    else:
        chart = chart.encode(color=alt.value(_COLOURS[0]))
    drawn = chart.encode(**channels).properties(width=560, **({"height": 340} if line else {}))
    return str(_configured(drawn).to_json())


def _category(wanted: Wanted, table: Table, values: list[dict[str, Any]]) -> Any:
    """Return the axis of the x column: its values in the result's order, or time, or numbers."""
    import altair as alt

    title = _label(table.headings[wanted.x].name)
    if wanted.kind == "bar":
        return alt.Y("x:N", title=title, sort=None).scale(paddingInner=0.2)
    texts = [value["x"] for value in values]
    if all(isinstance(t, str) and t[:4].isdigit() and t[4:5] == "-" for t in texts):
        return alt.X("x:T", title=title)
    if table.headings[wanted.x].numeric and all(isinstance(t, int | float) for t in texts):
        return alt.X("x:Q", title=title, axis=alt.Axis(format="d")).scale(zero=False)
    return alt.X("x:N", title=title, sort=None, axis=alt.Axis(labelAngle=-45))


def _configured(chart: Any) -> Any:
    return (
        chart.configure(font=_FONT, background="white", padding=8)
        .configure_axis(
            labelFontSize=15,
            titleFontSize=15,
            titleFontWeight="bold",
            labelColor="#0b0c0c",
            titleColor="#0b0c0c",
            gridColor="#d8d8d8",
            domainColor="#484949",
            tickColor="#484949",
            labelLimit=260,
            titlePadding=12,
        )
        .configure_legend(labelFontSize=15, titleFontSize=15, orient="top", symbolSize=200)
        .configure_view(stroke=None)
    )


def _cleaned(svg: str, title: str, description: str) -> Markup:
    """Keep of a drawing what is on the lists, and give it its words."""
    root = ElementTree.fromstring(svg)  # nosec B314 # noqa: S314 - our own library wrote it, from our own text
    clean = _kept(root)
    clean.attrib.update(
        {"role": "img", "aria-labelledby": "chart-title chart-description", "focusable": "false"}
    )
    for name, text in (("description", description), ("title", title)):
        element = ElementTree.Element("desc" if name == "description" else "title")
        element.set("id", f"chart-{name}")
        element.text = text
        clean.insert(0, element)
    return Markup(ElementTree.tostring(clean, encoding="unicode"))  # nosec B704 # noqa: S704 - made and cleaned here


def _kept(element: ElementTree.Element) -> ElementTree.Element:
    kept = ElementTree.Element(element.tag.removeprefix(_SVG))
    kept.text = element.text
    kept.attrib.update({n: v for n, v in element.attrib.items() if n in _ATTRIBUTES})
    for child in element:
        if child.tag.removeprefix(_SVG) in _ELEMENTS:
            kept.append(_kept(child))
    return kept
