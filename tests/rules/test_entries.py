"""Products as entries, and who may know of them."""

from datetime import date

import pytest
from tests.builders import a_product

from fairway.nouns.entries import GetAt, Provenance
from fairway.nouns.products import AccessClass, Visibility
from fairway.rules.entries import audience, is_for_partners, may_know, of_product, where
from fairway.rules.metadata_quality import assess

DOCUMENT = {
    "support": ["odd", {"channel": ""}, {"url": "mailto:team@example.gov.uk"}],
    "slaProperties": [{"property": "latency"}, {"property": "frequency", "value": 1, "unit": "m"}],
    "customProperties": [
        {"property": "places", "value": ["Wales", " ", None]},
        {"property": "themes", "value": "Society"},
        {"property": "periodStart", "value": "2020-01-01"},
        {"property": "periodEnd", "value": date(2020, 12, 31)},
    ],
}


def entry(**document):
    return of_product(a_product(document=document), "Work and Pensions", "Owner")


def test_what_the_contract_says_beside_its_columns_is_taken():
    found = entry(**DOCUMENT)
    assert (found.contact, found.frequency) == ("team@example.gov.uk", "monthly")
    assert (found.places, found.themes) == (("Wales",), ("Society",))
    assert found.period == (date(2020, 1, 1), date(2020, 12, 31))
    assert assess(found).score > assess(entry()).score


@pytest.mark.parametrize(
    ("sla", "word"),
    [
        ({"property": "frequency", "value": "1", "unit": "d"}, "daily"),
        ({"property": "FR", "value": 3, "unit": "d"}, "3 d"),
        ({"property": "frequency", "value": 1, "unit": "parsecs"}, "1"),
        ({"property": "frequency"}, ""),
    ],
)
def test_a_frequency_is_a_word_where_there_is_one(sla, word):
    assert entry(slaProperties=[sla]).frequency == word


def test_what_is_malformed_is_left_out():
    found = entry(support="x", slaProperties=[3], customProperties=None)
    assert (found.contact, found.frequency, found.period) == ("", "", (None, None))


def test_who_may_know_is_what_the_contract_says():
    hidden = a_product(visibility=Visibility.DOMAIN)
    shown = a_product(visibility=Visibility.PARTNERS)
    assert (audience(hidden), audience(shown), audience(a_product())) == (
        *("dwp", "everyone", "everyone"),
    )
    assert may_know(hidden, None)
    assert may_know(hidden, {"dwp"})
    assert not may_know(hidden, {"everyone", "dfe"})
    assert [is_for_partners(p) for p in (hidden, shown, a_product())] == [False, True, False]


def test_where_an_entry_lives_is_one_sentence():
    found = entry()
    assert where(found) == "Can be requested here; the owner decides."
    opened = of_product(a_product(access=AccessClass.OPEN), "", "")
    assert where(opened).startswith("Open here")
    from dataclasses import replace

    gone = replace(found, get_at=GetAt.ELSEWHERE, sources=(Provenance("a", "1"),))
    assert where(gone) == "Lives elsewhere; its record is from a."
    assert where(replace(gone, sources=())).endswith("another catalogue.")
    assert where(replace(gone, url="https://a/b")) == "Lives elsewhere: https://a/b"
