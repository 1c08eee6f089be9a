from hypothesis import given
from hypothesis import strategies as st

from fairway.nouns.products import Classification, Column, LogicalType
from fairway.rules.subjects import MOST, identifies, mark, marks, marks_of, values

KEY = bytes(32)


def test_values_are_what_a_query_writes_down():
    sql = """SELECT "p''1", x1, 7.5 -- 'not this'
    FROM t WHERE person = 'P1' AND n IN (12, 'O''Neill', 12) /* 'nor this' */ AND c2 > 3"""
    assert values(sql) == ("7.5", "P1", "12", "O'Neill", "3")
    assert values("SELECT a FROM b") == ()


@given(st.text())
def test_any_text_is_found_as_it_was_written(text):
    assert text in values("SELECT x FROM t WHERE p = '" + text.replace("'", "''") + "'")


def test_a_mark_is_keyed_and_short():
    assert mark("P1", KEY) == mark(" P1 ", KEY) != mark("P1", bytes([1]) * 32)
    assert len(mark("P1", KEY)) == 32
    assert mark("\ud800", KEY)
    assert marks_of("P1", ["x", "P1"], KEY) == (mark("P1", KEY), mark("x", KEY))


def test_a_query_with_very_many_values_is_one_in_bulk():
    assert marks("SELECT 1 WHERE p = 'a' AND q = 'a'", KEY) == sorted(
        {mark("1", KEY), mark("a", KEY)}
    )
    assert marks("SELECT " + ", ".join(map(str, range(MOST + 1))), KEY) == []


def test_a_product_identifies_by_a_column():
    plain = Column("a", LogicalType.STRING)
    person = Column("b", LogicalType.STRING, classification=Classification.IDENTIFIER)
    assert not identifies([plain])
    assert identifies([plain, person])
