"""Treatments: what they give, that they never fail, and which of two shows less."""

import hashlib
import hmac
import math
from datetime import UTC, date, datetime

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.nouns.errors import BadInput
from fairway.nouns.products import LogicalType
from fairway.nouns.treatments import DROP, KEEP, NULL, PSEUDONYM, YEAR, Kind, Treatment
from fairway.rules import treatments
from fairway.rules.treatments import INTEGER_MAX, INTEGER_MIN, apply, at_least_as_strong

KEY = b"k" * 32
INTEGER, NUMBER, STRING = LogicalType.INTEGER, LogicalType.NUMBER, LogicalType.STRING
VALUES = {
    STRING: st.text(max_size=8),
    INTEGER: st.integers(-50, 50)
    | st.integers(INTEGER_MIN, INTEGER_MAX)
    | st.sampled_from([INTEGER_MIN, INTEGER_MAX]),
    NUMBER: st.floats() | st.integers(-400, 400).map(lambda n: n / 4) | st.sampled_from([2.0**52]),
    LogicalType.BOOLEAN: st.booleans(),
    LogicalType.DATE: st.dates(),
    LogicalType.TIMESTAMP: st.datetimes(),
}
amounts = st.integers(1, 12) | st.integers(1, treatments.LARGEST_AMOUNT)
anything = st.sampled_from([KEEP, NULL, DROP, PSEUDONYM, YEAR]) | st.builds(
    Treatment, st.sampled_from([Kind.ROUND, Kind.BAND, Kind.PREFIX]), amounts
)


def band(amount):
    return Treatment(Kind.BAND, amount)


def rounded(amount):
    return Treatment(Kind.ROUND, amount)


def prefix(amount):
    return Treatment(Kind.PREFIX, amount)


@given(anything)
def test_parse_reads_what_str_writes(treatment):
    assert treatments.parse(str(treatment)) == treatment


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "treatment.unknown"),
        ("hide", "treatment.unknown"),
        ("hide:3", "treatment.unknown"),
        ("keep:3", "treatment.amount"),
        ("keep:", "treatment.amount"),
        ("band", "treatment.amount"),
        ("band:", "treatment.amount"),
        ("band:0", "treatment.amount"),
        ("band:-5", "treatment.amount"),
        ("band:1.5", "treatment.amount"),
        ("band:٣", "treatment.amount"),
        ("round:1000000001", "treatment.amount"),
        ("round:" + "9" * 5000, "treatment.amount"),
    ],
)
def test_parse_refuses_with_place_and_way_out(text, code):
    with pytest.raises(BadInput) as caught:
        treatments.parse(text, field="columns[2].treatment")
    assert caught.value.code == code
    assert caught.value.field == "columns[2].treatment"
    assert caught.value.remedy


def test_parse_minds_neither_case_nor_spaces():
    assert treatments.parse("  Band : 5 ") == band(5)


@pytest.mark.parametrize(
    ("kind", "treatment", "expected"),
    [
        (STRING, KEEP, True),
        (STRING, prefix(3), True),
        (STRING, band(5), False),
        (STRING, YEAR, False),
        (INTEGER, band(5), True),
        (NUMBER, rounded(5), True),
        (INTEGER, prefix(5), False),
        (LogicalType.DATE, YEAR, True),
        (LogicalType.TIMESTAMP, YEAR, True),
        (LogicalType.BOOLEAN, PSEUDONYM, True),
        (INTEGER, Treatment(Kind.BAND), False),
        (INTEGER, band(0), False),
        (INTEGER, band(10**10), False),
        (INTEGER, Treatment(Kind.KEEP, 3), False),
    ],
)
def test_applies(kind, treatment, expected):
    assert treatments.applies(kind, treatment) is expected


@pytest.mark.parametrize(
    ("kind", "treatment", "expected"),
    [
        (LogicalType.DATE, YEAR, INTEGER),
        (NUMBER, band(5), NUMBER),
        (INTEGER, rounded(5), INTEGER),
        (STRING, prefix(2), STRING),
        (INTEGER, PSEUDONYM, STRING),
        (LogicalType.DATE, NULL, LogicalType.DATE),
    ],
)
def test_treated_type(kind, treatment, expected):
    assert treatments.treated_type(kind, treatment) is expected


@pytest.mark.parametrize(
    ("value", "treatment", "kind", "expected"),
    [
        (None, band(5), INTEGER, None),
        (7, KEEP, INTEGER, 7),
        (7, NULL, INTEGER, None),
        (7, DROP, INTEGER, None),
        (7, band(5), INTEGER, 5),
        (-7, band(5), INTEGER, -10),
        (-5, band(5), INTEGER, -5),
        (7, rounded(10), INTEGER, 10),
        (5, rounded(10), INTEGER, 10),
        (-5, rounded(10), INTEGER, 0),
        (-6, rounded(10), INTEGER, -10),
        (INTEGER_MAX, rounded(10), INTEGER, INTEGER_MAX),
        (INTEGER_MIN, band(10), INTEGER, INTEGER_MIN),
        (7.5, band(5), NUMBER, 5.0),
        (-7.5, band(5), NUMBER, -10.0),
        (-5.0, band(5), NUMBER, -5.0),
        (7.5, rounded(5), NUMBER, 10.0),
        (-7.5, rounded(5), NUMBER, -5.0),
        (-7.6, rounded(5), NUMBER, -10.0),
        (7.4, rounded(5), NUMBER, 5.0),
        (math.nan, band(5), NUMBER, None),
        (-math.inf, rounded(5), NUMBER, None),
        (2.0**52, band(5), NUMBER, None),
        (date(2024, 5, 6), YEAR, LogicalType.DATE, 2024),
        (datetime(2024, 5, 6, 1), YEAR, LogicalType.TIMESTAMP, 2024),
        ("SW1A 2AA", prefix(4), STRING, "SW1A"),
        ("é", prefix(4), STRING, "é"),
    ],
)
def test_apply(value, treatment, kind, expected):
    assert apply(value, treatment, kind, None) == expected


def test_apply_refuses_what_makes_no_sense():
    with pytest.raises(ValueError, match="does not apply"):
        apply("x", YEAR, STRING, None)
    with pytest.raises(ValueError, match="key"):
        apply("x", PSEUDONYM, STRING, None)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (True, LogicalType.BOOLEAN, "true"),
        (False, LogicalType.BOOLEAN, "false"),
        (-42, INTEGER, "-42"),
        (1, NUMBER, "1.0"),
        (1e22, NUMBER, "1e+22"),
        (math.nan, NUMBER, "nan"),
        ("é", STRING, "é"),
        (date(1, 1, 1), LogicalType.DATE, "0001-01-01"),
        (datetime(2024, 1, 2), LogicalType.TIMESTAMP, "2024-01-02 00:00:00"),
        (datetime(2024, 1, 2, 3, 4, 5, 500000), LogicalType.TIMESTAMP, "2024-01-02 03:04:05.5"),
        (datetime(2024, 1, 2, tzinfo=UTC), LogicalType.TIMESTAMP, "2024-01-02 00:00:00"),
    ],
)
def test_pseudonyms_are_hmacs_of_canonical_texts(value, kind, text):
    assert treatments.canonical_text(value, kind) == text
    expected = hmac.new(KEY, text.encode(), hashlib.sha256).hexdigest()[:32]
    assert apply(value, PSEUDONYM, kind, KEY) == expected
    assert apply(value, PSEUDONYM, kind, b"another key") != expected


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


@given(st.data())
def test_canonical_text_is_the_engine_s_cast(connection, data):
    kind = data.draw(st.sampled_from([t for t in VALUES if t is not STRING]))
    value = data.draw(VALUES[kind])
    names = {INTEGER: "BIGINT", NUMBER: "DOUBLE"}
    sql = f"SELECT CAST(CAST(? AS {names.get(kind, kind.value)}) AS VARCHAR)"
    answer = connection.execute(sql, [value]).fetchone()[0]
    assert treatments.canonical_text(value, kind) == answer


def test_order_by_example():
    assert at_least_as_strong(prefix(2), prefix(4))
    assert not at_least_as_strong(prefix(4), prefix(2))
    assert at_least_as_strong(band(10), band(5))
    assert not at_least_as_strong(band(10), band(4))
    assert at_least_as_strong(rounded(30), rounded(10))
    assert not at_least_as_strong(rounded(20), rounded(10))
    assert not at_least_as_strong(band(10), rounded(5))
    assert not at_least_as_strong(NULL, DROP)
    assert at_least_as_strong(DROP, NULL)
    assert not at_least_as_strong(KEEP, YEAR)
    assert not at_least_as_strong(PSEUDONYM, YEAR)
    assert not at_least_as_strong(Treatment(Kind.BAND), band(2))


def test_strongest():
    assert treatments.strongest(band(5), band(10)) == band(10)
    assert treatments.strongest(band(10), band(5)) == band(10)
    assert treatments.strongest(YEAR, PSEUDONYM) == NULL
    assert treatments.strongest(NULL, DROP) == DROP


@given(anything, anything, anything)
def test_strength_is_a_partial_order_and_strongest_keeps_it(a, b, c):
    assert at_least_as_strong(a, a)
    if at_least_as_strong(a, b) and at_least_as_strong(b, a):
        assert a == b
    if at_least_as_strong(a, b) and at_least_as_strong(b, c):
        assert at_least_as_strong(a, c)
    both = treatments.strongest(a, b)
    assert at_least_as_strong(both, a)
    assert at_least_as_strong(both, b)


def same(left, right):
    return left == right or (left != left and right != right)


@given(st.data())
def test_what_a_stronger_treatment_gives_follows_from_the_weaker_one(data):
    """Strengthening a treatment never shows more: two values that look alike under the weaker
    look alike under the stronger; and where both keep the type, treating twice changes nothing."""
    kind = data.draw(st.sampled_from(list(VALUES)))
    usable = anything.filter(lambda t: treatments.applies(kind, t))
    weaker = data.draw(usable)
    stronger = data.draw(
        usable.filter(lambda t: at_least_as_strong(t, weaker))
        | st.integers(1, 7)
        .map(lambda k: Treatment(weaker.kind, weaker.amount * k) if weaker.amount else NULL)
        .filter(lambda t: treatments.applies(kind, t) and at_least_as_strong(t, weaker))
    )
    first = data.draw(VALUES[kind])
    near = st.just(first)
    if kind is INTEGER:
        near = st.integers(-20, 20).map(lambda d: max(INTEGER_MIN, min(INTEGER_MAX, first + d)))
    elif kind is NUMBER:
        near = st.sampled_from([first, math.nextafter(first, -math.inf), first + 0.25, first - 3])
    elif kind is STRING:
        near = st.text(max_size=3).map(lambda end: first[:2] + end)
    second = data.draw(near | VALUES[kind])
    if same(apply(first, weaker, kind, KEY), apply(second, weaker, kind, KEY)):
        assert same(apply(first, stronger, kind, KEY), apply(second, stronger, kind, KEY))
    if stronger.kind in {Kind.BAND, Kind.ROUND, Kind.PREFIX}:
        again = apply(apply(first, weaker, kind, KEY), stronger, kind, KEY)
        assert same(again, apply(first, stronger, kind, KEY))


@given(st.data())
def test_no_treatment_fails_and_whole_numbers_stay_in_range(data):
    kind = data.draw(st.sampled_from(list(VALUES)))
    treatment = data.draw(anything.filter(lambda t: treatments.applies(kind, t)))
    result = apply(data.draw(VALUES[kind]), treatment, kind, KEY)
    if kind is INTEGER and isinstance(result, int):
        assert INTEGER_MIN <= result <= INTEGER_MAX


def test_the_sign_of_a_nan_shows_in_its_text(connection):
    shown = connection.execute("SELECT CAST(-'nan'::DOUBLE AS VARCHAR)").fetchone()[0]
    assert treatments.canonical_text(-math.nan, LogicalType.NUMBER) == shown == "-nan"
    assert treatments.canonical_text(math.nan, LogicalType.NUMBER) == "nan"


# ------------------------------------------------------------------ obligations come together

MANY = st.one_of(
    st.sampled_from([KEEP, NULL, DROP, PSEUDONYM, YEAR]),
    st.builds(
        Treatment,
        st.sampled_from([Kind.BAND, Kind.ROUND, Kind.PREFIX]),
        st.one_of(st.integers(1, 60), st.integers(1, treatments.LARGEST_AMOUNT)),
    ),
)


@given(MANY, MANY, MANY)
def test_the_order_in_which_treatments_join_does_not_matter(a, b, c):
    join = treatments.strongest
    assert join(a, a) == a
    assert join(a, b) == join(b, a)
    assert join(join(a, b), c) == join(a, join(b, c))


@given(MANY, MANY, MANY)
def test_a_join_shows_no_more_than_either_and_is_the_least_such(a, b, c):
    joined = treatments.strongest(a, b)
    assert treatments.at_least_as_strong(joined, a)
    assert treatments.at_least_as_strong(joined, b)
    if treatments.at_least_as_strong(c, a) and treatments.at_least_as_strong(c, b):
        assert treatments.at_least_as_strong(c, joined)
    if treatments.at_least_as_strong(a, b):  # monotone: more in, more out
        assert treatments.at_least_as_strong(treatments.strongest(a, c), treatments.strongest(b, c))


# ------------------------------------------------------------------ HMAC without HMAC


@given(st.binary(max_size=64), st.binary(max_size=200))
def test_the_blocks_make_hmac_of_plain_hashes(key, text):
    inner, outer = treatments.hmac_blocks(key)
    made = hashlib.sha256(outer + hashlib.sha256(inner + text).digest()).hexdigest()
    assert made == hmac.new(key, text, "sha256").hexdigest()


def test_a_key_longer_than_a_block_is_a_mistake():
    with pytest.raises(ValueError, match="64 bytes"):
        treatments.hmac_blocks(b"k" * 65)
