"""A term goes by its other names both ways; what is no name is refused."""

import pytest

from fairway.nouns.errors import BadInput
from fairway.nouns.glossary import GlossaryTerm
from fairway.rules.glossary import LONGEST_NAME, MOST_NAMES, checked, looked_up


def test_names_are_tidied():
    assert checked(" W  TC ", [" Working  Tax Credit", "", "Working Tax Credit"]) == (
        "W TC",
        ("Working Tax Credit",),
    )


@pytest.mark.parametrize(
    ("term", "names", "code", "field"),
    [
        ("", ["x"], "glossary.bad_name", "term"),
        ("?!", ["x"], "glossary.bad_name", "term"),
        ("a" * (LONGEST_NAME + 1), ["x"], "glossary.bad_name", "term"),
        ("UC", ["—"], "glossary.bad_name", "names"),
        ("UC", ["uc"], "glossary.same_name", "names"),
        ("UC", [], "glossary.names", "names"),
        ("UC", [f"n{n}" for n in range(MOST_NAMES + 1)], "glossary.names", "names"),
    ],
)
def test_what_is_no_name_is_refused(term, names, code, field):
    with pytest.raises(BadInput) as caught:
        checked(term, names)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_terms_are_looked_up_both_ways_by_folded_words():
    found = looked_up([GlossaryTerm("UC", ("Universal Credit", "uc")), GlossaryTerm("–", ("x",))])
    assert found == {
        ("uc",): ("Universal Credit",),
        ("universal", "credit"): ("UC",),
        ("x",): ("–",),
    }
