"""The hub's glossary: what searches also look for, and who decided so."""

from collections.abc import Sequence

from fairway.nouns.errors import NotFound
from fairway.nouns.glossary import GlossaryTerm
from fairway.nouns.people import Actor
from fairway.rules.glossary import checked
from fairway.rules.wording import words
from fairway.verbs.acting import acting, looking, verb
from fairway.verbs.ports import Platform


@verb("glossary.list")
def terms(platform: Platform, actor: Actor) -> Sequence[GlossaryTerm]:
    """Return every term with its other names, by term."""
    with looking(platform, actor, "glossary.list"):
        return platform.store.glossary.all()


@verb("glossary.put")
def put(platform: Platform, actor: Actor, term: str, names: Sequence[str]) -> GlossaryTerm:
    """Add a term with its other names, or replace one that is written in the same words.

    The next search looks for them. Raises `BadInput`.
    """
    with acting(platform, actor, "glossary.put", subject=term[:100]) as act:
        tidy, others = checked(term, names)
        before = _same(platform, tidy)
        if before is not None:
            platform.store.glossary.remove(before.term)
        made = GlossaryTerm(tidy, others, actor.person, platform.clock.now())
        platform.store.glossary.put(made)
        act.record(
            "glossary.put",
            subject=tidy,
            details={"names": list(others), "before": list(before.names) if before else []},
        )
    return made


@verb("glossary.remove")
def remove(platform: Platform, actor: Actor, term: str) -> None:
    """Take a term out: searches look for its other names no more. Raises `NotFound`."""
    with acting(platform, actor, "glossary.remove", subject=term[:100]) as act:
        found = _same(platform, term)
        if found is None:
            raise NotFound(
                "glossary.not_found",
                f"There is no term '{term[:40]}' in the glossary.",
                remedy="See the terms with: fairway glossary.",
            )
        platform.store.glossary.remove(found.term)
        act.record("glossary.remove", subject=found.term, details={"before": list(found.names)})


def _same(platform: Platform, term: str) -> GlossaryTerm | None:
    """Return the term that is written in the same words, whatever its capitals."""
    asked = words(term)
    return next((t for t in platform.store.glossary.all() if words(t.term) == asked), None)
