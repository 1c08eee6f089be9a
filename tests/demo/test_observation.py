"""A word that stands for a number never becomes 0, and never a null without a reason."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from fairway.demo.observation import (
    ACS,
    DFE,
    DWP,
    HMRC,
    INSOLVENCY_SERVICE,
    Status,
    read_cell,
    read_column,
)


@pytest.mark.parametrize(
    ("cell", "markers", "status"),
    [
        ("..", DWP, Status.NIL),
        ("low", DFE, Status.LOW),
        ("~", DFE, Status.LOW),
        ("x", DFE, Status.NOT_AVAILABLE),
        ("z", DFE, Status.NOT_APPLICABLE),
        ("c", DFE, Status.SUPPRESSED),
        ("[c]", INSOLVENCY_SERVICE, Status.SUPPRESSED),
        (" [c] ", INSOLVENCY_SERVICE, Status.SUPPRESSED),
        ("N", ACS, Status.NOT_APPLICABLE),
        (None, DFE, Status.NOT_AVAILABLE),
        ("", DFE, Status.NOT_AVAILABLE),
        (" ", DFE, Status.NOT_AVAILABLE),
    ],
)
def test_a_marker_is_no_number_and_says_why(cell, markers, status):
    assert read_cell(cell, markers) == (None, status)


@pytest.mark.parametrize(
    ("cell", "number"),
    [(0, 0), ("00", 0), (12.0, 12), ("-9000.0", -9000), (" 7 ", 7), (6575050, 6575050)],
)
def test_a_number_is_read_with_the_status_its_publisher_gives(cell, number):
    assert read_cell(cell, DWP) == (number, Status.OBSERVED)
    assert read_cell(cell, DWP, as_found=Status.PROVISIONAL) == (number, Status.PROVISIONAL)


@pytest.mark.parametrize("markers", [ACS, DFE, DWP, HMRC, INSOLVENCY_SERVICE])
@pytest.mark.parametrize("cell", ["*", "[x]", "n/a", "1,234", "low ish"])
def test_a_word_nobody_explained_stops_the_tidy_up(cell, markers):
    with pytest.raises(ValueError, match="known marker"):
        read_cell(cell, markers)


@pytest.mark.parametrize(("cell", "markers"), [("low", DWP), ("..", DFE), ("c", HMRC)])
def test_one_publishers_marker_means_nothing_at_anothers(cell, markers):
    with pytest.raises(ValueError, match="known marker"):
        read_cell(cell, markers)


def test_a_number_that_is_not_whole_is_not_cut():
    with pytest.raises(ValueError, match="not a whole number"):
        read_cell(1.5, DFE)


@pytest.mark.parametrize("cell", [True, object(), float("nan")])
def test_what_is_neither_text_nor_number_is_refused(cell):
    with pytest.raises((TypeError, ValueError)):
        read_cell(cell, DFE)


def test_a_column_keeps_its_length_and_order():
    assert read_column([1, "low", None, "0"], DFE) == (
        [1, None, None, 0],
        ["observed", "low", "not available", "observed"],
    )


def test_in_every_product_a_number_is_null_exactly_when_its_status_says_so(tables):
    measures = [
        (product, name.removesuffix("_status"))
        for product, table in tables.items()
        for name in table.column_names
        if name.endswith("_status") and name != "marital_status"
    ]
    assert len(measures) == 14
    with_number = [status.value for status in Status if status.has_number]
    for product, measure in measures:
        table = tables[product]
        statuses = set(table[f"{measure}_status"].unique().to_pylist())
        assert statuses <= set(Status), (product, measure)
        said = pc.is_in(table[f"{measure}_status"], pa.array(with_number))
        there = pc.is_valid(table[measure])
        assert pc.all(pc.equal(said, there)).as_py(), (product, measure)
