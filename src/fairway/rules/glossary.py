"""What may stand in the hub's glossary, and how it is looked up: both ways, by folded words."""

from collections.abc import Iterable, Mapping, Sequence

from fairway.nouns.errors import BadInput
from fairway.nouns.glossary import GlossaryTerm
from fairway.nouns.search import Words
from fairway.rules.wording import words

MOST_NAMES = 8
LONGEST_NAME = 100


def checked(term: str, names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return a term and its other names, tidied. Raises `BadInput`."""
    tidy = " ".join(term.split())
    others = tuple(dict.fromkeys(name for name in (" ".join(n.split()) for n in names) if name))
    _check_name(tidy, "term")
    for name in others:
        _check_name(name, "names")
        if words(name) == words(tidy):
            raise BadInput(
                "glossary.same_name",
                f"'{name}' is the term itself: a search finds it already.",
                remedy="Give a name that is written in other words.",
                field="names",
            )
    if not 0 < len(others) <= MOST_NAMES:
        raise BadInput(
            "glossary.names",
            f"A term needs from one to {MOST_NAMES} other names.",
            remedy="Give at least one, and no more than that.",
            field="names",
        )
    return tidy, others


def _check_name(name: str, field: str) -> None:
    if not words(name) or len(name) > LONGEST_NAME:
        raise BadInput(
            "glossary.bad_name",
            f"A name in the glossary has letters or digits, {LONGEST_NAME} characters at the most.",
            remedy="Write the name as people use it.",
            field=field,
        )


def looked_up(terms: Iterable[GlossaryTerm]) -> Mapping[Words, tuple[str, ...]]:
    """Return, for each term in folded words, its other names: both ways."""
    names: dict[Words, dict[str, None]] = {}
    for one in terms:
        for other in one.names:
            if words(one.term) != words(other):
                names.setdefault(words(one.term), {})[other] = None
                names.setdefault(words(other), {})[one.term] = None
    return {term: tuple(others)[:MOST_NAMES] for term, others in names.items() if term}
