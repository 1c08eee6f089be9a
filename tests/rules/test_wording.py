"""Words as a search sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.rules.wording import LONGEST_WORD, folded, forms, singular, stem, words


def test_words_are_letters_and_digits_in_small_letters():
    assert words('Universal-Credit "2019" (NEAR) été_x') == (
        *("universal", "credit", "2019", "near", "ete", "x"),
    )
    assert words("...") == ()
    assert words("x" * 999) == ("x" * LONGEST_WORD,)


@given(st.text())
def test_words_hold_nothing_that_means_anything_to_an_index(text):
    for word in words(text):
        assert word.isalnum()
        assert folded(word) == word or not word.isascii()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("households", ("households", "household")),
        ("household", ("household", "households")),
        ("authorities", ("authorities", "authority")),
        ("authority", ("authority", "authorities")),
        ("survey", ("survey", "surveys")),
        ("branches", ("branches", "branch")),
        ("tax", ("tax",)),
        ("taxes", ("taxes", "tax")),
        ("loss", ("loss", "losses")),
        ("2019", ("2019",)),
        ("café", ("café",)),
        ("status", ("status", "statuss")),
    ],
)
def test_a_word_is_looked_for_in_both_numbers(word, expected):
    assert forms(word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *(("cities", "city"), ("taxes", "tax"), ("cats", "cat"), ("loss", "loss")),
        *(("status", "status"), ("gas", "gas"), ("ties", "ties"), ("cafés", "cafés")),
        *(("water", "water"), ("analysis", "analysis")),
    ],
)
def test_the_singular(word, expected):
    assert singular(word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *(("pollution", "pollut"), ("polluted", "pollut"), ("employment", "employ")),
        *(("cats", "cats"), ("2019", "2019"), ("wings", "wing"), ("fjord", "fjord")),
    ],
)
def test_a_stem_keeps_four_letters(word, expected):
    assert stem(word) == expected
