"""Other names that a search looks for: organisations' abbreviations, and the hub's own terms."""

import csv
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from fairway.nouns.glossary import GlossaryTerm
from fairway.nouns.search import Words
from fairway.rules.glossary import looked_up


def glossary(terms: Iterable[GlossaryTerm] | None) -> Mapping[Words, tuple[str, ...]]:
    """Return, for folded words, their other names; for None with the terms that Fairway brings."""
    return _looked_up(supplied() if terms is None else tuple(terms))


@lru_cache(maxsize=4)
def _looked_up(terms: tuple[GlossaryTerm, ...]) -> Mapping[Words, tuple[str, ...]]:
    return looked_up((*terms, *organisations()))


@cache
def supplied() -> tuple[GlossaryTerm, ...]:
    """Return the terms that come with Fairway: a node begins with them."""
    return tuple(
        GlossaryTerm(line["term"], tuple(line["other names"].split("|")))
        for line in _lines("glossary.csv")
    )


@cache
def organisations() -> tuple[GlossaryTerm, ...]:
    """Return the abbreviations of the organisations of UK government, with their names."""
    return tuple(
        GlossaryTerm(line["abbreviation"], (line["name"],))
        for line in _lines("organisations.csv")
        if line["abbreviation"]
    )


def _lines(file: str) -> list[dict[str, str]]:
    text = (files("fairway.search") / file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
