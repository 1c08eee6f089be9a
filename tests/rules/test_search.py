"""What somebody typed is understood, corrected and marked; nothing typed has power over it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import TODAY, an_appointment

from fairway.nouns.people import Person, Role
from fairway.nouns.search import EVERYONE, Concept, Piece
from fairway.rules.ranking import Finder
from fairway.rules.search import (
    LONGEST_SNIPPET,
    MOST_CONCEPTS,
    audiences,
    corrected,
    distance,
    everyday,
    likely,
    marked,
    snippet,
    understood,
)

GLOSSARY = {
    ("uc",): ("Universal Credit",),
    ("universal", "credit"): ("UC",),
    ("la",): ("local authority", "council"),
    ("dwp",): ("Department for Work and Pensions",),
    ("department", "for", "work", "and", "pensions"): ("DWP",),
}


def asked(text):
    return [concept.words for concept in understood(text, GLOSSARY).concepts]


# ------------------------------------------------------------------ understanding


def test_words_in_any_order_each_once_without_little_ones():
    assert asked("the pay of the Pay region") == [("pay",), ("region",)]
    assert asked("who is in it") == [("who",), ("is",), ("in",), ("it",)]
    assert asked(" ?! ") == asked("") == []


def test_a_search_is_bounded():
    assert len(asked(" ".join(f"w{n}" for n in range(999)))) == MOST_CONCEPTS


def test_quotes_make_phrases_closed_or_not():
    assert asked('"local area" pay') == [("local", "area"), ("pay",)]
    assert asked('pay "local area') == [("pay",), ("local", "area")]
    assert asked('"" pay "!"') == [("pay",)]
    assert asked('"the pay"') == [("the", "pay")]


def test_filters_are_known_words_before_a_colon():
    found = understood('owner:smith column:"local code" License:OGL rent', {})
    assert found.filters == (
        ("owner", ("smith",)),
        ("column", ("local", "code")),
        ("licence", ("ogl",)),
    )
    assert [c.words for c in found.concepts] == [("rent",)]


def test_a_filter_that_is_unknown_or_empty_takes_nothing_away():
    assert asked("http://example.org") == [("http",), ("example",), ("org",)]
    assert understood("owner: rent", {}).filters == ()
    assert understood('owner:"', {}).filters == ()
    assert asked("owner: rent") == [("owner",), ("rent",)]


def test_other_names_are_searched_too_and_told():
    found = understood("UC by LA", GLOSSARY)
    assert found.concepts == (
        Concept(("uc",), (("universal", "credit"),)),
        Concept(("la",), (("local", "authority"), ("council",))),
    )
    assert found.also == ("Universal Credit", "local authority", "council")


def test_the_longest_name_counts_and_its_words_stay():
    found = understood("department for work and pensions uc", GLOSSARY)
    assert found.concepts == (
        *(Concept((word,)) for word in ("department", "work", "pensions")),
        Concept(("uc",), (("universal", "credit"),)),
        Concept(("department", "for", "work", "and", "pensions"), (("dwp",),)),
    )
    assert found.also == ("DWP", "Universal Credit")


def test_a_quoted_name_has_other_names_and_names_do_not_reach_over_quotes():
    assert understood('"universal credit"', GLOSSARY).concepts == (
        Concept(("universal", "credit"), (("uc",),)),
    )
    assert understood('universal "x y" credit', GLOSSARY).also == ()


def test_a_little_word_is_no_name_beside_others():
    assert understood("it pay", {("it",): ("information technology",)}).also == ()


@given(st.text(max_size=60) | st.text('":owner tag()*', max_size=30))
def test_whatever_is_typed_is_understood_as_letters_and_digits(text):
    found = understood(text, GLOSSARY)
    for concept in found.concepts:
        assert concept.words
        assert all(word.isalnum() for way in concept.ways for word in way)
    assert all(word.isalnum() for _, value in found.filters for word in value)


# ------------------------------------------------------------------ spelling


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        *(("same", "same", 0), ("cat", "cut", 1), ("cat", "cart", 1), ("form", "from", 1)),
        *(("benifits", "benefits", 1), ("kitten", "sitting", 3), ("", "ab", 2)),
        ("abcdef", "uvwxyz", 3),
    ],
)
def test_distance_counts_changed_added_dropped_and_swapped_letters(left, right, expected):
    assert distance(left, right, 2) == expected


def test_the_likeliest_word_comes_first():
    words = ["benefit", "benefits", "beneath", "benifits", "zenifits"]
    assert likely("benifits", words) == ["benefits", "zenifits", "benefit"]
    assert likely("rant", ["rent", "tarn", "ranting"]) == ["rent"]


def test_a_correction_keeps_the_rest_as_it_was_typed():
    assert corrected('Housing "Benifits" owner:x', {"benifits": "benefits"}) == (
        'Housing "benefits" owner:x'
    )


# ------------------------------------------------------------------ marks


def finder(*ways):
    return Finder([Concept(tuple(way.split())) for way in ways])


def told(pieces):
    return "".join(f"[{p.text}]" if p.marked else p.text for p in pieces)


def test_what_matched_is_marked_as_it_is_written():
    assert told(marked("Households on Universal-Credit, 2019", finder("universal credit"))) == (
        "Households on [Universal-Credit], 2019"
    )
    assert told(marked("Rivers", finder("river"))) == "[Rivers]"
    assert told(marked("Café ́ rivers", finder("cafe"))) == "[Café] ́ rivers"


def test_without_a_search_nothing_is_marked():
    assert marked("Rivers", None) == (Piece("Rivers"),)
    assert marked("", None) == ()
    assert marked("", finder("x")) == ()


def test_a_short_text_is_its_own_snippet():
    assert told(snippet(marked("Rain and rivers", finder("river")))) == "Rain and [rivers]"


def test_a_snippet_shows_where_most_stands_together():
    text = "rain " + "and so on " * 60 + "rivers with rain in them " + "and so on " * 60
    shown = told(snippet(marked(text, finder("rain", "rivers"))))
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert "[rivers] with [rain]" in shown
    assert len(shown) <= LONGEST_SNIPPET + 8 + 4


def test_a_snippet_of_a_beginning_and_of_an_end():
    beginning = told(snippet(marked("rain " + "and so on " * 60, finder("rain"))))
    assert beginning.startswith("[rain]")
    ending = told(snippet(marked("and so on " * 60 + "rain", finder("rain"))))
    assert ending.endswith("[rain]")
    assert told(snippet(marked("and so on " * 60, None))).startswith("and so on")
    assert len(told(snippet(marked("x" * 999, None)))) <= LONGEST_SNIPPET + 2
    wordless = marked("x" * 999 + " rain", finder("rain"))
    assert told(snippet(wordless)) == "… [rain]"


@given(st.text(max_size=400), st.text("rain ", max_size=8))
def test_a_text_in_pieces_is_the_text(text, word):
    ways = [w for w in word.split() if w.isalnum()]
    assert "".join(p.text for p in marked(text, finder(*ways) if ways else None)) == text
    assert "".join(p.text for p in snippet(marked(text, None))).strip("… ") in text


# ------------------------------------------------------------------ who may know


def test_people_know_of_everyones_their_own_and_their_appointments_entries():
    person = Person("p", "P", "dwp")
    held = [
        an_appointment(Role.DATA_STEWARD, "dfe"),
        an_appointment(Role.DATA_STEWARD, "hmrc", since=date(2000, 1, 1), until=date(2001, 1, 1)),
        an_appointment(Role.ANALYST, "ons"),
    ]
    assert audiences(person, held, TODAY) == {EVERYONE, "dwp", "dfe", "ons"}


def test_those_at_the_hub_know_all():
    assert audiences(Person("p", "P", "dwp"), [an_appointment(Role.AUDITOR)], TODAY) is None
    assert audiences(None, [], TODAY) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [("rent in Leeds", True), ('"local code"', False), ("tag:rent", False), ("Leeds: rent", True)],
)
def test_a_search_of_words_alone_is_told_from_one_with_quotes_or_filters(text, plain):
    assert everyday(text) is plain
