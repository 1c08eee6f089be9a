"""How values become words on a page, in the style of GOV.UK: 22 November 2026, 1,234, 9:30am."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from markupsafe import Markup, escape

from fairway.nouns.agreements import Move, State
from fairway.nouns.products import AccessClass, Classification
from fairway.nouns.scopes import Scope
from fairway.nouns.search import Piece, SearchHit
from fairway.nouns.treatments import Kind, Treatment
from fairway.rules import scopes


def day(value: date | None) -> str:
    """Write a day as 22 November 2026; a moment as its day in London."""
    if value is None:
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime | None) -> str:
    """Write a moment as 22 November 2026 at 9:30am, in London's time."""
    if value is None:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    hour = local.hour % 12 or 12
    return f"{day(local)} at {hour}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def number(value: float | None) -> str:
    """Write a number with thousands separators."""
    return "" if value is None else f"{value:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun: 1 row, 1,234 rows."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def scope(value: Scope | None) -> str:
    """Write a row scope as it is typed."""
    return "" if value is None else scopes.to_text(value)


_TREATMENTS: Mapping[Kind, str] = {
    Kind.KEEP: "Show as it is",
    Kind.ROUND: "Round to the nearest {:,}",
    Kind.YEAR: "Show the year only",
    Kind.BAND: "Show in bands of {:,}",
    Kind.PREFIX: "Show the first {:,} characters",
    Kind.PSEUDONYM: "Replace with a pseudonym",
    Kind.NULL: "Leave every value blank",
    Kind.DROP: "Leave the column out",
}


def treatment(value: Treatment) -> str:
    """Say in words what a treatment does."""
    text = _TREATMENTS[value.kind].format(value.amount)
    return text[:-1] if text.endswith(" 1 characters") else text


_STATES: Mapping[State, tuple[str, str]] = {
    State.DRAFT: ("Draft", "govuk-tag--grey"),
    State.SUBMITTED: ("Submitted", "govuk-tag--blue"),
    State.IN_QUESTION: ("In question", "govuk-tag--yellow"),
    State.APPROVED: ("Approved", "govuk-tag--green"),
    State.ACTIVE: ("Active", "govuk-tag--green"),
    State.SUSPENDED: ("Suspended", "govuk-tag--orange"),
    State.EXPIRED: ("Expired", "govuk-tag--grey"),
    State.TERMINATED: ("Ended", "govuk-tag--grey"),
    State.REFUSED: ("Refused", "govuk-tag--red"),
    State.WITHDRAWN: ("Withdrawn", "govuk-tag--grey"),
}


def state(value: State) -> str:
    """Name a state as people read it."""
    return _STATES[value][0]


def state_colour(value: State) -> str:
    """Return the class that colours a state's tag."""
    return _STATES[value][1]


_MOVES: Mapping[Move, str] = {
    Move.SUBMIT: "Sent to the data owner",
    Move.QUESTION: "Question asked",
    Move.ANSWER: "Question answered",
    Move.APPROVE: "Approved",
    Move.REFUSE: "Refused",
    Move.WITHDRAW: "Withdrawn",
    Move.ACTIVATE: "Became active",
    Move.SUSPEND: "Suspended",
    Move.RESUME: "Resumed",
    Move.SIGN_OFF: "Signed off",
    Move.TERMINATE: "Ended",
    Move.EXPIRE: "Expired",
    Move.CONFIRM: "Confirmed by the data owner",
    Move.LAPSE: "Lapsed: nobody confirmed it",
}


def move(value: Move) -> str:
    """Name a move in an agreement's history."""
    return _MOVES[value]


def access(value: AccessClass) -> str:
    """Name an access class."""
    return {AccessClass.OPEN: "Open", AccessClass.RESTRICTED: "Restricted"}[value]


def classification(value: Classification) -> str:
    """Name a classification."""
    return {
        Classification.NONE: "Not about a person",
        Classification.PERSONAL: "Personal",
        Classification.SPECIAL_CATEGORY: "Special category",
        Classification.IDENTIFIER: "Identifier",
    }[value]


def pieces(value: Iterable[Piece]) -> Markup:
    """Write a text in pieces, those marked that matched."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece.text) if piece.marked else escape(piece.text)
        for piece in value
    )


def plain(value: Iterable[Piece]) -> str:
    """Write a text in pieces without its marks."""
    return "".join(piece.text for piece in value)


def columns(value: Iterable[Sequence[Piece]]) -> Markup:
    """Write columns that matched, with their marks."""
    return Markup("; ").join(pieces(one) for one in value)


_FACETS: Mapping[str, str] = {
    "get_at": "How to get access",
    "kind": "Kind",
    "organisation": "Organisation",
    "domain": "Domain",
    "classification": "Classification",
    "format": "Format",
    "licence": "Licence",
    "grade": "Quality of the record",
    "freshness": "Last changed",
    "place": "Place",
    "period": "Period covered",
}
_KINDS = {"dataset": "Dataset", "api": "API", "publication": "Publication"}


def facet(name: str) -> str:
    """Name a way to narrow a search."""
    return _FACETS[name]


def facet_value(value: str, name: str) -> str:
    """Write a value by which a search is narrowed."""
    if name == "get_at":
        return value.capitalize()
    if name == "kind":
        return _KINDS.get(value, value)
    if name == "grade":
        return f"Grade {value}"
    if name == "classification" and value in tuple(Classification):
        return classification(Classification(value))
    return value


_WHY: Mapping[str, str] = {"places": "place", "tags": "subjects"}


def why(fields: Iterable[str]) -> str:
    """Name the fields that matched."""
    named = [_WHY.get(name, name) for name in fields]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def facts(hit: SearchHit) -> str:
    """Write what a hit says of an entry besides what matched."""
    changed = f"changed {day(date.fromisoformat(hit.changed))}" if hit.changed else ""
    grade = f"record of grade {hit.grade}" if hit.grade else ""
    kind = _KINDS.get(hit.kind, hit.kind)
    domain = f"domain {hit.domain}" if hit.domain else ""
    licence = hit.licence if len(hit.licence) <= 60 else ""
    told = (kind, hit.organisation, domain, licence or "licence not said", changed, grade)
    return " · ".join(one for one in told if one)


def host(address: str) -> str:
    """Return the name of the place that a web address leads to; nothing for any other address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


FILTERS: Mapping[str, Callable[..., Any]] = {
    "day": day,
    "moment": moment,
    "number": number,
    "counted": counted,
    "pieces": pieces,
    "plain": plain,
    "columns": columns,
    "facet": facet,
    "facet_value": facet_value,
    "why": why,
    "facts": facts,
    "host": host,
    "scope": scope,
    "treatment": treatment,
    "state": state,
    "state_colour": state_colour,
    "move": move,
    "access": access,
    "classification": classification,
}
"""What templates may write behind a bar."""
