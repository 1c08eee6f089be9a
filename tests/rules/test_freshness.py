"""Until when an entry counts as fresh."""

from dataclasses import replace
from datetime import date

import pytest

from fairway.nouns.entries import CatalogueEntry, EntryKind
from fairway.rules.freshness import due

ENTRY = CatalogueEntry("x", EntryKind.DATASET, "X", modified=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("frequency", "last"),
    [
        ("daily", date(2026, 1, 10)),
        ("monthly", date(2026, 3, 11)),
        ("", date(2028, 1, 10)),
        ("now and then", date(2028, 1, 10)),
        ("irregular", None),
    ],
)
def test_twice_the_time_between_renewals_and_a_week(frequency, last):
    assert due(replace(ENTRY, frequency=frequency)) == last


def test_what_never_says_when_it_changed_is_never_late():
    assert due(replace(ENTRY, modified=None)) is None
    assert due(replace(ENTRY, modified=None, issued=date(2026, 1, 1))) == date(2028, 1, 10)
    assert due(replace(ENTRY, modified=date.max)) == date.max
