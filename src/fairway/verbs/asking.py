"""What a request or an approval says, from texts as surfaces hand them over to checked terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fairway.nouns.access import Denial
from fairway.nouns.agreements import Agreement, GrantedColumn, Terms
from fairway.nouns.errors import BadInput
from fairway.nouns.people import Appointment, Team
from fairway.nouns.products import DataProduct
from fairway.nouns.scopes import Scope
from fairway.rules import agreements as rules
from fairway.rules import scopes, treatments
from fairway.rules.permissions import teams_of
from fairway.verbs.ports import Platform

LONGEST_TEXT = 4000
"""Characters in a necessity, a question, an answer or a reason."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A request as a surface hands it over: texts, not yet checked.

    `columns` are names with treatments as written (`keep`, `band:10`, ...); `scope` is a row scope
    as written, empty for every row. What is not known yet is empty or None: a draft keeps it.
    `team` is a role of the asker's own (`analyst`): everyone who holds it in the same domain is
    covered too. `onward` says that the data is meant to be passed on.
    """

    product: str
    columns: tuple[tuple[str, str], ...] = ()
    scope: str = ""
    purpose: str = ""
    legal_basis: str = ""
    necessity: str = ""
    starts: date | None = None
    ends: date | None = None
    team: str = ""
    onward: bool = False


@dataclass(frozen=True, slots=True)
class Granting:
    """Terms as an owner writes them; what is None stays as asked. `scope` is added by AND."""

    columns: tuple[tuple[str, str], ...] | None = None
    scope: str = ""
    starts: date | None = None
    ends: date | None = None


def check_lists(platform: Platform, asking: Asking) -> None:
    """Raise `BadInput` for a purpose or a legal basis that is not on the hub's lists."""
    if asking.purpose and platform.store.purposes.get(asking.purpose) is None:
        raise BadInput(
            "agreement.unknown_purpose",
            f"'{asking.purpose[:60]}' is not on the list of purposes.",
            remedy="See the list with: fairway request --list-purposes.",
            field="purpose",
        )
    if asking.legal_basis and platform.store.purposes.legal_basis(asking.legal_basis) is None:
        raise BadInput(
            "agreement.unknown_legal_basis",
            f"'{asking.legal_basis[:60]}' is not on the list of legal bases.",
            remedy="See the list with: fairway request --list-legal-bases.",
            field="legal_basis",
        )


def asked_team(asking: Asking, appointments: Sequence[Appointment], today: date) -> Team | None:
    """Return the team that a request is for. Raises `BadInput` for one the asker is not in."""
    if not asking.team.strip():
        return None
    wanted = asking.team.strip().casefold()
    mine = sorted(teams_of(appointments, today), key=str)
    named = [team for team in mine if wanted in {team.role.value, str(team).casefold()}]
    if len(named) == 1:
        return named[0]
    raise BadInput(
        "agreement.unknown_team",
        f"'{asking.team.strip()[:60]}' is not one team that you are in.",
        remedy=f"You are in: {', '.join(map(str, mine)) or 'none'}.",
        field="team",
    )


def check_text(text: str, field: str) -> None:
    """Raise `BadInput` for a text that is too long."""
    if len(text) > LONGEST_TEXT:
        raise BadInput(
            "agreement.text_too_long",
            f"This text has {len(text)} characters; {LONGEST_TEXT} are the most.",
            remedy="Shorten it.",
            field=field,
        )


def read_columns(
    written: Sequence[tuple[str, str]], product: DataProduct
) -> tuple[GrantedColumn, ...]:
    """Read columns with treatments. Raises `BadInput` for what cannot be."""
    read: dict[str, GrantedColumn] = {}
    for name, treatment in written:
        column = product.column(name.strip())
        if column is None:
            raise BadInput(
                "agreement.no_such_column",
                f"{product.id} has no column '{name[:60]}'.",
                remedy=f"It has: {', '.join(c.name for c in product.columns)}.",
                field="columns",
            )
        if column.name in read:
            raise BadInput(
                "agreement.column_twice",
                f"Column '{column.name}' is named twice.",
                remedy="Name it once.",
                field="columns",
            )
        parsed = treatments.parse(treatment or "keep", field=f"columns.{column.name}")
        read[column.name] = GrantedColumn(column.name, parsed)
    return tuple(read.values())


def read_scope(text: str, product: DataProduct) -> Scope | None:
    """Read a row scope; none is every row. Raises `BadInput`."""
    if not text.strip():
        return None
    return scopes.parse(text, {c.name: c.type for c in product.columns}, field="scope")


def asked_terms(asking: Asking, product: DataProduct, today: date) -> Terms:
    """Read what is asked for as terms. Raises `BadInput` for what the product cannot give."""
    terms = Terms(
        read_columns(asking.columns, product),
        read_scope(asking.scope, product),
        asking.starts or today,
        asking.ends or asking.starts or today,
    )
    raise_first(rules.inapplicable(terms, product))
    return terms


def raise_first(denials: Sequence[Denial]) -> None:
    """Raise the first of these objections, if there is one, as `BadInput`."""
    if denials:
        first = denials[0]
        raise BadInput(first.code, first.reason, remedy=first.remedy)


def check_complete(agreement: Agreement, today: date) -> None:
    """Raise `BadInput` for the first thing that a request still lacks."""
    missing = [
        (not agreement.asked.columns, "columns", "Choose at least one column."),
        (not agreement.purpose, "purpose", "Choose a purpose from the list."),
        (not agreement.legal_basis, "legal_basis", "Choose a legal basis from the list."),
        (not agreement.necessity, "necessity", "Say why the data is necessary."),
        (agreement.asked.ends < agreement.asked.starts, "ends", "End on or after the first day."),
        (agreement.asked.ends <= today, "ends", "Choose a last day after today."),
    ]
    for is_missing, field, remedy in missing:
        if is_missing:
            raise BadInput(
                "agreement.incomplete",
                f"Request {agreement.id} cannot be submitted yet.",
                remedy=remedy,
                field=field,
            )
