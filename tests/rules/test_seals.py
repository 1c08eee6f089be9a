"""What clients carry opens only what it was made for, and only as it was made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.rules.seals import LONGEST, holds, opened, sealed, signature

KEY, OTHER = b"k" * 32, b"o" * 32
parts = st.lists(st.text(max_size=8), max_size=4)


@given(parts)
def test_a_seal_holds_for_its_own_parts(given_parts):
    assert holds(KEY, "use", given_parts, signature(KEY, "use", given_parts))


@given(parts, parts)
def test_no_two_lists_of_parts_read_alike(one, other):
    assert (signature(KEY, "use", one) == signature(KEY, "use", other)) == (one == other)


def test_another_key_or_use_makes_another_seal():
    seal = signature(KEY, "link", ["a"])
    assert not holds(OTHER, "link", ["a"], seal)
    assert not holds(KEY, "page", ["a"], seal)
    assert not holds(KEY, "link", ["a"], seal + "0")
    assert not holds(KEY, "link", ["a"], "\ud800é")


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers(), max_size=4))
def test_fields_come_back_as_they_were(fields):
    assert opened(KEY, "page", sealed(KEY, "page", fields)) == fields


@pytest.mark.parametrize(
    "text", ["", ".", "e30", "e30.", ".0", "e30.00", "é.é", "a" * (LONGEST + 1)]
)
def test_what_was_never_sealed_is_not_opened(text):
    assert opened(KEY, "page", text) is None


@given(st.data())
def test_a_changed_text_is_not_opened(data):
    text = sealed(KEY, "page", {"from": 3})
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("abcXYZ019-_.").filter(lambda c: c != text[place]))
    assert opened(KEY, "page", text[:place] + other + text[place + 1 :]) is None


def test_a_text_opens_for_its_own_use_and_key():
    text = sealed(KEY, "access", {"recipient": "R-1"})
    assert opened(KEY, "page", text) is None
    assert opened(OTHER, "access", text) is None
