"""States of a source, written and read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.nouns.errors import BadInput
from fairway.nouns.versions import Moment, Version
from fairway.rules import versions


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("0", Version(0)),
        (" 12 ", Version(12)),
        ("2024-01-31", Moment(datetime(2024, 1, 31, tzinfo=UTC))),
        ("2024-01-31T09:30:00Z", Moment(datetime(2024, 1, 31, 9, 30, tzinfo=UTC))),
        ("2024-07-31 09:30:00+01:00", Moment(datetime(2024, 7, 31, 8, 30, tzinfo=UTC))),
    ],
)
def test_what_names_a_state(text, state):
    assert versions.parse(text) == state


@pytest.mark.parametrize("text", ["", "-1", "yesterday", "1.5", "٣", "9" * 20, "2024-02-30"])
def test_what_names_none(text):
    with pytest.raises(BadInput, match="names no version") as caught:
        versions.parse(text, "as_of")
    assert (caught.value.code, caught.value.field) == ("version.unreadable", "as_of")


@given(
    st.integers(0, 10**19 - 1).map(Version)
    | st.datetimes().map(lambda at: Moment(at.replace(tzinfo=UTC)))
)
def test_written_and_read_again_it_is_the_same(state):
    assert versions.parse(versions.to_text(state)) == state


def test_a_state_for_one_product_goes_before_that_for_all():
    found = versions.chosen({"dwp.Claims": "7", "*": "3"}, ("dwp.claims", "dwp.stays"))
    assert found == {"dwp.claims": Version(7), "dwp.stays": Version(3)}
    assert versions.chosen({}, ("dwp.claims",)) == {}


@pytest.mark.parametrize(("products", "remedy"), [(("dwp.claims",), "Name one"), ((), "Leave")])
def test_a_state_of_another_product_is_a_mistake(products, remedy):
    with pytest.raises(BadInput, match=r"does not name .dwp\.other.") as caught:
        versions.chosen({"dwp.other": "7"}, products)
    assert remedy in caught.value.remedy
