"""The hub's governed list of names that mean the same, read from the package."""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from fairway.nouns.search import Words
from fairway.rules.wording import words

MOST_NAMES = 8


@cache
def glossary() -> Mapping[Words, tuple[str, ...]]:
    """Return, for each term in folded words, its other names: both ways, organisations included."""
    names: dict[Words, dict[str, None]] = {}
    for term, others in _pairs():
        for other in others:
            if words(term) != words(other):
                names.setdefault(words(term), {})[other] = None
                names.setdefault(words(other), {})[term] = None
    return {term: tuple(others)[:MOST_NAMES] for term, others in names.items() if term}


def _pairs() -> Iterable[tuple[str, list[str]]]:
    """Yield each term with its other names."""
    for line in _lines("glossary.csv"):
        yield line["term"], line["other names"].split("|")
    for line in _lines("organisations.csv"):
        if line["abbreviation"]:
            yield line["abbreviation"], [line["name"]]


def _lines(file: str) -> list[dict[str, str]]:
    text = (files("fairway.search") / file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
