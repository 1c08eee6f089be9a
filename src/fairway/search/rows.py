"""A catalogue entry as the index keeps it."""

import json
from typing import Any, NamedTuple

from fairway.nouns.entries import CatalogueEntry
from fairway.nouns.search import Concept, Indexed
from fairway.rules.metadata_quality import assess
from fairway.rules.ranking import norm
from fairway.rules.wording import forms, words

LONGEST_BODY = 12_000
"""Words of a body that are searched: PostgreSQL counts places up to 16,383."""


EMPTIED = """UPDATE search_entry SET audience = '', sort_title = '', sort_date = '', title = '',
    organisation = '', body = '', terms = '', norm = 0, facets = '{}', shown = '{}',
    changed = (SELECT MAX(changed) FROM search_entry) + 1"""
"""Leaves numbers alone: other processes know entries by them, and see that these changed."""


class Row(NamedTuple):
    """A row of the table. An entry that was withdrawn keeps its number, and nothing else."""

    id: int
    entry: str
    audience: str
    changed: int
    sort_title: str
    sort_date: str
    title: str
    organisation: str
    body: str
    terms: str
    norm: float
    facets: str
    shown: str


def row(number: int, changed: int, given: Indexed) -> Row:
    """Return an entry as a row."""
    entry = given.entry
    if entry.withdrawn:
        return Row(number, entry.id, "", changed, "", "", "", "", "", "", 0.0, "{}", "{}")
    title, organisation = _spaced(entry.title), _spaced(entry.organisation)
    body = " ".join(
        words(
            "\n".join(
                (
                    *(entry.description, *entry.tags, *entry.themes, *entry.columns),
                    *(entry.domain, entry.owner, *entry.places, entry.product or ""),
                )
            )
        )[:LONGEST_BODY]
    )
    changed_on = entry.modified or entry.issued
    grade = assess(entry).grade.value
    return Row(
        id=number,
        entry=entry.id,
        audience=given.audience,
        changed=changed,
        sort_title=title[:200],
        sort_date=changed_on.isoformat() if changed_on else "",
        title=title,
        organisation=organisation,
        body=body,
        terms=" ".join(_terms(entry)),
        norm=norm(f"{title} {organisation} {body}"),
        facets=json.dumps(_facets(entry, grade)),
        shown=json.dumps(_shown(entry, grade)),
    )


def spellings(title: str, organisation: str, body: str) -> set[str]:
    """Return the words of an entry, each spaced as in its row, that a misspelt one may mean."""
    named = {word for word in f"{title} {organisation}".split() if len(word) > 3}
    return named | {word for word in body.split() if 3 < len(word) < 25 and word.isalpha()}


def parted(numbers: str | None) -> list[int]:
    """Return the numbers in a text that parts them by commas."""
    found: list[int] = json.loads(f"[{numbers or ''}]")  # twice as fast as int() of each
    return found


def single(concept: Concept) -> tuple[str, ...]:
    """Return the single words that say a concept, in both numbers."""
    return tuple(
        dict.fromkeys(form for way in concept.ways if len(way) == 1 for form in forms(way[0]))
    )


def term(field: str, word: str) -> str:
    """Return a word of a field as one word that stands in no text."""
    return f"x{field}x{word}"


def _spaced(text: str) -> str:
    return " ".join(words(text))


def _terms(entry: CatalogueEntry) -> list[str]:
    """Return what `owner:` and the other filters look for."""
    fields = {
        "owner": (entry.owner, entry.contact),
        "domain": (entry.domain,),
        "column": entry.columns,
        "tag": (*entry.tags, *entry.themes),
        "kind": (entry.kind.value,),
        "licence": (entry.licence, *(d.licence for d in entry.distributions)),
        "format": tuple(d.format for d in entry.distributions),
        "organisation": (entry.organisation,),
    }
    return [
        term(field, word)
        for field, texts in fields.items()
        for word in dict.fromkeys(words(" ".join(texts)))
    ]


def _facets(entry: CatalogueEntry, grade: str) -> dict[str, list[str]]:
    """Return the values by which an entry is counted."""
    changed = entry.modified or entry.issued
    first, last = entry.period
    years = range(first.year, last.year + 1) if first and last else ()
    values = {
        "organisation": [entry.organisation],
        "domain": [entry.domain],
        "kind": [entry.kind.value],
        "grade": [grade],
        "classification": [entry.classification],
        "get_at": [entry.get_at.value],
        "format": [d.format for d in entry.distributions],
        "licence": list(_licences(entry)),
        "freshness": [str(changed.year)] if changed else [],
        "place": list(entry.places),
        "period": [str(year) for year in years][-50:],
        "product": ["yes"] if entry.product else [],
    }
    told = {name: list(dict.fromkeys(v for v in each if v)) for name, each in values.items()}
    return {name: each for name, each in told.items() if each}


def _shown(entry: CatalogueEntry, grade: str) -> dict[str, Any]:
    """Return what a hit shows."""
    changed = entry.modified or entry.issued
    return {
        "title": entry.title,
        "description": entry.description,
        "columns": entry.columns,
        "tags": (*entry.tags, *entry.themes),
        "places": entry.places,
        "kind": entry.kind.value,
        "organisation": entry.organisation,
        "domain": entry.domain,
        "owner": entry.owner,
        "get_at": entry.get_at.value,
        "product": entry.product,
        "url": entry.url,
        "licence": "; ".join(_licences(entry)),
        "changed": changed.isoformat() if changed else "",
        "grade": grade,
        "sources": tuple(dict.fromkeys(s.source for s in entry.sources)),
    }


def _licences(entry: CatalogueEntry) -> tuple[str, ...]:
    """Return an entry's licence, or those of its forms where it has none of its own."""
    own = (entry.licence,) if entry.licence else tuple(d.licence for d in entry.distributions)
    return tuple(dict.fromkeys(licence for licence in own if licence))
