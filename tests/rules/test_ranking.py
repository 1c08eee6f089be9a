"""Signals say what they are named after, and the better entry comes first."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.nouns.search import Concept
from fairway.rules.ranking import (
    EXACT,
    PLURAL,
    RELATED,
    WEIGHTS,
    Finder,
    Texts,
    breadth,
    likelihood,
    norm,
    rarity,
    scores,
    signals,
)
from fairway.rules.wording import words


def texts(title="", body="", organisation=""):
    title, organisation, body = (" ".join(words(text)) for text in (title, organisation, body))
    return Texts(title, organisation, body, norm(f"{title} {organisation} {body}"))


def finder(*ways, begun=False):
    return Finder([Concept(words(way), begun=begun) for way in ways])


def order(asked, *entries):
    """Return the places of entries, best first."""
    told = [signals(finder(*asked), [1.0] * len(asked), entry) for entry in entries]
    marks = scores(told)
    return sorted(range(len(entries)), key=lambda i: -marks[i])


# ------------------------------------------------------------------ finding


def test_a_concept_is_found_as_typed_in_the_other_number_and_by_its_stem():
    found = finder("pollution", "rivers").places("polluted river with pollution in rivers")
    assert found == [(0, 0, RELATED), (1, 1, PLURAL), (3, 0, EXACT), (5, 1, EXACT)]


def test_a_phrase_is_found_whole_and_so_are_its_other_names():
    both = Finder([Concept(("uc",), (("universal", "credit"),))])
    assert both.places("universal credit and uc but no credit or universal") == [
        (0, 0, EXACT),
        (3, 0, EXACT),
    ]


def test_what_was_begun_is_found_by_its_beginning():
    assert finder("appren").places("apprentices") == []
    assert finder("appren", begun=True).places("an apprentice") == [(1, 0, RELATED)]


def test_what_only_begins_alike_is_not_found():
    assert finder("inform").places("informant infor formation") == []
    assert finder("cat").places("catalogue") == []


def test_stretches_are_first_and_last_words():
    assert finder("universal credit", "pay").stretches("a universal credit pays") == [
        (1, 2),
        (3, 3),
    ]


# ------------------------------------------------------------------ signals


def test_rare_concepts_tell_more_than_frequent_ones():
    assert rarity(1, 1000) > rarity(500, 1000) > rarity(1000, 1000) > 0
    assert rarity(5, 3) > 0


def test_more_places_in_a_shorter_entry_speak_louder():
    short, long = breadth(5.0), breadth(15.0)
    assert likelihood(2, short) > likelihood(1, short) > likelihood(1, long) > 0.0
    assert likelihood(1000, breadth(1.0)) < 2.2


def test_norm_damps_repeated_words():
    assert norm("") == 0
    assert norm("a b") == pytest.approx(math.sqrt(2))
    assert norm("a a") == pytest.approx(1 + math.log(2))


def test_every_signal_has_a_weight_and_every_weight_a_signal():
    assert set(signals(finder("a"), [1.0], texts("a", "b"))) == set(WEIGHTS)


def test_a_title_that_matches_comes_before_a_body_that_does():
    body = "rainfall of each month and year at one place"
    assert order(["rainfall"], texts("Weather", body), texts("Rainfall", "weather " + body)) == [
        1,
        0,
    ]


def test_all_words_come_before_one():
    assert order(
        ["water", "quality"],
        texts("Water", "water water of rivers and lakes"),
        texts("Water", "quality of rivers and of lakes"),
    ) == [1, 0]


def test_words_together_come_before_words_apart():
    far = "air of towns and many other things that are told here at some length quality"
    near = "towns and many other things that are told here at some length of air quality"
    assert order(["air", "quality"], texts("Data", far), texts("Data", near)) == [1, 0]
    told = [signals(finder("air", "quality"), [1.0, 1.0], texts("Data", t)) for t in (far, near)]
    assert told[0]["passage"] == 1.0
    assert told[1]["passage"] == 2.0
    assert told[0]["pairs"] == 0.0 < told[1]["pairs"]


def test_a_related_word_counts_for_less_than_the_word():
    assert order(["pollution"], texts("Rivers", "polluted"), texts("Rivers", "pollution")) == [1, 0]
    told = signals(finder("pollution"), [1.0], texts("Rivers", "polluted"))
    assert told["stems"] > 0.0 == told["text"] == told["pairs"] == told["passage"]


def test_an_organisations_own_come_before_those_that_mention_it():
    assert order(
        ["met office"],
        texts("Rainfall", "Rain as the Met Office told"),
        texts("Rainfall", "Rain in all of the land", "Met Office"),
    ) == [1, 0]


def test_nothing_to_weigh_weighs_nothing():
    assert scores([]) == []
    empty = signals(finder("a"), [1.0], texts())
    assert set(empty.values()) == {0.0}
    assert scores([empty]) == [0.0]


@given(st.lists(st.text(min_size=1, max_size=8), max_size=4), st.text(max_size=60))
def test_any_words_have_finite_signals(asked, body):
    concepts = [Concept(words(text)) for text in asked if words(text)]
    told = signals(Finder(concepts), [1.0] * len(concepts), texts(body, body, body))
    assert all(math.isfinite(value) and value >= 0 for value in told.values())
