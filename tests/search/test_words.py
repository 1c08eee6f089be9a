import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.search.words import LONGEST_WORD, MOST_WORDS, folded, forms, words


def test_words_are_letters_and_digits_in_small_letters():
    assert words('Universal-Credit "2019" (NEAR) été_x') == [
        *("universal", "credit", "2019", "near", "ete", "x"),
    ]


def test_little_words_count_only_where_there_is_nothing_else():
    assert words("the number of people") == ["number", "people"]
    assert words("who is in it") == ["who", "is", "in", "it"]
    assert words("...") == []


def test_a_search_is_bounded():
    assert len(words(" ".join(f"w{n}" for n in range(999)))) == MOST_WORDS
    assert words("x" * 999) == ["x" * LONGEST_WORD]


@given(st.text())
def test_words_hold_nothing_that_means_anything_to_an_index(text):
    for word in words(text):
        assert word.isalnum()
        assert folded(word) == word or not word.isascii()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("households", ["households", "household"]),
        ("household", ["household", "households"]),
        ("authorities", ["authorities", "authority"]),
        ("authority", ["authority", "authorities"]),
        ("survey", ["survey", "surveys"]),
        ("branches", ["branches", "branch"]),
        ("tax", ["tax"]),
        ("taxes", ["taxes", "tax"]),
        ("loss", ["loss", "losses"]),
        ("2019", ["2019"]),
        ("café", ["café"]),
        ("status", ["status", "statuss"]),
    ],
)
def test_a_word_is_looked_for_in_both_numbers(word, expected):
    assert forms(word) == expected
