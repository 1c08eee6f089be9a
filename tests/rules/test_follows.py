"""Cursors of a feed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.nouns.errors import BadInput
from fairway.rules.follows import cursor, position


def test_a_cursor_is_known_where_it_was_given_out():
    assert position(cursor("abc", 7), "abc", 9) == 7
    assert position(cursor("", 0), "", 0) == 0


def test_one_of_another_feed_or_from_the_future_is_not_known():
    assert position("", "abc", 9) is None
    assert position(cursor("other", 7), "abc", 9) is None
    assert position(cursor("abc", 10), "abc", 9) is None


@pytest.mark.parametrize("given_", ["7", ".7", "abc.", "abc.x", "abc.²", "a" * 60 + ".1"])
def test_what_is_no_cursor_is_refused(given_):
    with pytest.raises(BadInput):
        position(given_, "abc", 9)


@given(st.text(max_size=80))
def test_any_text_is_a_cursor_or_refused(text):
    try:
        found = position(text, "abc", 9)
    except BadInput:
        return
    assert found is None or 0 <= found <= 9
