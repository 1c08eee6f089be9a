"""Who types an organisation's abbreviation finds its entries first: all 1,176 of the UK model."""

import csv
from importlib.resources import files

import pytest

from fairway.nouns.entries import CatalogueEntry, EntryKind
from fairway.nouns.search import Indexed, SearchQuery

ORGANISATIONS = list(
    csv.DictReader(
        (files("fairway.search") / "organisations.csv").read_text(encoding="utf-8").splitlines()
    )
)
TITLES = ("Annual report and accounts", "Spending over £25,000", "Workforce and salaries")
LEAST = 0.99


def entries():
    """Yield what each publishes, and papers of others that tell of it at more length."""
    for number, one in enumerate(ORGANISATIONS):
        other = ORGANISATIONS[(number + 7) % len(ORGANISATIONS)]
        for title in TITLES:
            yield Indexed(
                CatalogueEntry(
                    f"{one['id']}-{title}",
                    EntryKind.DATASET,
                    title,
                    "What was spent and by whom, month by month.",
                    organisation=one["name"],
                )
            )
        yield Indexed(
            CatalogueEntry(
                f"{one['id']}-review",
                EntryKind.PUBLICATION,
                f"Review of {one['abbreviation'] or one['name']}",
                f"What {one['name']} does, and what {one['name']} could do better.",
                organisation=other["name"],
            )
        )


@pytest.mark.slow
def test_an_abbreviation_finds_the_organisations_own_entries_in_the_first_three(node):
    with node.store.transaction():
        node.index.put_entries(entries())
    missed = []
    for one in ORGANISATIONS:
        asked = SearchQuery(one["abbreviation"] or one["name"], limit=3)
        hits = node.index.search(asked, None).hits
        if one["name"] not in [hit.organisation for hit in hits]:
            missed.append((asked.text, one["name"], [hit.id for hit in hits]))
    assert len(ORGANISATIONS) == 1176
    assert len(missed) <= len(ORGANISATIONS) * (1 - LEAST), missed
