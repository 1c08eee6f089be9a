"""The catalogue: search everything one may know of, and suggestions while typing."""

from dataclasses import replace

from fairway.nouns.errors import BadInput
from fairway.nouns.people import Actor
from fairway.nouns.search import FACETS, SearchPage, SearchQuery
from fairway.rules.search import audiences
from fairway.verbs.acting import looking, verb
from fairway.verbs.ports import Platform

MOST_HITS = 100
MOST_SUGGESTIONS = 10


@verb("catalogue.search")
def search(platform: Platform, actor: Actor, query: SearchQuery) -> SearchPage:
    """Return a page of what matches, with facets, other names, and what may be meant.

    Nothing of an entry that the person may not know about is in any part of the page. Raises
    `BadInput` for a facet that there is not.
    """
    with looking(platform, actor, "catalogue.search") as look:
        _check(query)
        known = audiences(look.person, look.appointments, look.today)
        return platform.index.search(
            replace(query, limit=min(query.limit, MOST_HITS)), known, platform.store.glossary.all()
        )


def _check(query: SearchQuery) -> None:
    for name in query.chosen:
        if name not in FACETS:
            raise BadInput(
                "catalogue.no_facet",
                f"A search cannot be narrowed by '{name[:40]}'.",
                remedy=f"Use one of: {', '.join(FACETS)}.",
                field="facet",
            )


@verb("catalogue.suggest")
def suggest(platform: Platform, actor: Actor, text: str) -> tuple[str, ...]:
    """Return titles that hold what was typed so far, the last word begun."""
    with looking(platform, actor, "catalogue.suggest") as look:
        known = audiences(look.person, look.appointments, look.today)
        return platform.index.suggest(text, known, limit=MOST_SUGGESTIONS)
