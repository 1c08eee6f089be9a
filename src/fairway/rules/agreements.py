"""The life of an agreement: its states and moves as data, and what counts as less.

TRANSITIONS is the only place that says who may take an agreement from which state to which; the
diagram in the docs is generated from it.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, timedelta
from types import MappingProxyType

from fairway.nouns.access import Denial
from fairway.nouns.agreements import Agreement, GrantedColumn, Move, Party, State, Terms
from fairway.nouns.errors import BadInput
from fairway.nouns.products import DataProduct
from fairway.nouns.scopes import AllOf, Scope
from fairway.rules import scopes, treatments

_PENDING = (State.SUBMITTED, State.IN_QUESTION)
_GRANTED = (State.APPROVED, State.ACTIVE, State.SUSPENDED)
_OWNER = frozenset({Party.OWNER})
_ASKER = frozenset({Party.ASKER})
_CALENDAR = frozenset({Party.CALENDAR})
_DPO = frozenset({Party.DPO})
_KEEPERS = frozenset({Party.OWNER, Party.HUB})
ANY_PARTY = frozenset({Party.ASKER, Party.OWNER, Party.HUB})
"""Any of these may end an agreement, and revoke the credentials that were made for it."""


TRANSITIONS: Mapping[tuple[State, Move], tuple[State, frozenset[Party]]] = MappingProxyType(
    {
        (State.DRAFT, Move.SUBMIT): (State.SUBMITTED, _ASKER),
        (State.DRAFT, Move.WITHDRAW): (State.WITHDRAWN, _ASKER),
        (State.SUBMITTED, Move.QUESTION): (State.IN_QUESTION, _OWNER),
        (State.IN_QUESTION, Move.ANSWER): (State.SUBMITTED, _ASKER),
        **{(s, Move.SIGN_OFF): (s, _DPO) for s in (*_PENDING, *_GRANTED)},
        **{(s, Move.APPROVE): (State.APPROVED, _OWNER) for s in _PENDING},
        **{(s, Move.REFUSE): (State.REFUSED, _OWNER) for s in _PENDING},
        **{(s, Move.WITHDRAW): (State.WITHDRAWN, _ASKER) for s in (*_PENDING, State.APPROVED)},
        (State.APPROVED, Move.ACTIVATE): (State.ACTIVE, _CALENDAR),
        (State.ACTIVE, Move.SUSPEND): (State.SUSPENDED, _KEEPERS),
        (State.SUSPENDED, Move.RESUME): (State.ACTIVE, _KEEPERS),
        **{(s, Move.TERMINATE): (State.TERMINATED, ANY_PARTY) for s in _GRANTED},
        **{(s, Move.EXPIRE): (State.EXPIRED, _CALENDAR) for s in _GRANTED},
        (State.ACTIVE, Move.CONFIRM): (State.ACTIVE, _OWNER),
        **{(s, Move.LAPSE): (State.EXPIRED, _CALENDAR) for s in _GRANTED},
    }
)

ENDED = frozenset({State.EXPIRED, State.TERMINATED, State.REFUSED, State.WITHDRAWN})
"""States that nothing leads out of."""

NEEDS_NOTE = frozenset(
    {Move.QUESTION, Move.ANSWER, Move.SIGN_OFF, Move.REFUSE, Move.SUSPEND, Move.TERMINATE}
)
"""Moves that need words: a question, an answer or a reason."""


PROVED = frozenset({Move.APPROVE, Move.SIGN_OFF, Move.RESUME, Move.CONFIRM})
"""Moves that give access or keep it, for which whoever moves has just proved who they are."""


def moves(state: State, parties: Iterable[Party]) -> tuple[Move, ...]:
    """Return the moves that these parties may make from a state, in the table's order."""
    held = frozenset(parties)
    return tuple(m for (s, m), (_, allowed) in TRANSITIONS.items() if s is state and allowed & held)


def next_state(state: State, move: Move) -> State | None:
    """Return where a move leads from a state, or None when it leads nowhere."""
    found = TRANSITIONS.get((state, move))
    return found[0] if found else None


REVIEW_EVERY = timedelta(days=182)
"""How long access lasts that no data owner has confirmed."""


def confirm_by(agreement: Agreement) -> date | None:
    """Return the last day on which an owner can confirm a granted agreement before it lapses.

    It is counted from the first day, the approval or the last confirmation, whichever is latest.
    None where nothing is granted or no approval is on its history.
    """
    steps = [s.at for s in agreement.history if s.move in {Move.APPROVE, Move.CONFIRM}]
    if agreement.granted is None or not steps:
        return None
    last = max(steps).astimezone(UTC).date()
    return max(last, agreement.granted.starts) + REVIEW_EVERY


def due(agreement: Agreement, today: date) -> Move | None:
    """Return the move that the calendar asks for today, or None.

    A granted agreement expires on the day after its last day, and lapses on the day after the one
    by which it had to be confirmed; an approved one becomes active on its first day.
    """
    if agreement.granted is None or agreement.state not in _GRANTED:
        return None
    if today > agreement.granted.ends:
        return Move.EXPIRE
    last = confirm_by(agreement)
    if last is not None and today > last:
        return Move.LAPSE
    if agreement.state is State.APPROVED and today >= agreement.granted.starts:
        return Move.ACTIVATE
    return None


def effective_state(agreement: Agreement, today: date) -> State:
    """Return the state that counts today, whether or not the calendar's moves were written yet."""
    move = due(agreement, today)
    return agreement.state if move is None else TRANSITIONS[(agreement.state, move)][0]


def approvable(agreement: Agreement, terms: Terms, product: DataProduct) -> tuple[Denial, ...]:
    """Say why terms may not be granted for what was asked; empty when they may.

    Granted terms are never more than asked: columns are among those asked, each treatment is at
    least as strong, the scope is the one asked with conditions added, the days lie within those
    asked. What the product does not hold cannot be granted.
    """
    return (
        *_columns_too_many(agreement.asked, terms),
        *_beyond_asked(agreement.asked, terms),
        *inapplicable(terms, product),
    )


def _columns_too_many(asked: Terms, terms: Terms) -> Iterable[Denial]:
    if not terms.columns:
        yield Denial("agreement.no_columns", "No column would be left.", "Grant one, or refuse.")
    for granted in terms.columns:
        wanted = asked.column(granted.name)
        if wanted is None:
            yield Denial(
                "agreement.more_than_asked",
                f"Column {granted.name} was not asked for.",
                "Leave it out; the asker can make another request.",
            )
        elif not treatments.at_least_as_strong(granted.treatment, wanted.treatment):
            yield Denial(
                "agreement.weaker_treatment",
                f"Treatment {granted.treatment} of {granted.name} may show more than"
                f" {wanted.treatment}, which was asked for.",
                "Choose the treatment asked for or a stronger one.",
            )


def _beyond_asked(asked: Terms, terms: Terms) -> Iterable[Denial]:
    if not narrower(terms, asked):
        yield Denial(
            "agreement.wider_rows",
            "The rows granted are not those asked for with conditions added.",
            "Keep the scope asked for, and add conditions with AND.",
        )
    if terms.starts < asked.starts or terms.ends > asked.ends or terms.ends < terms.starts:
        yield Denial(
            "agreement.longer_time",
            "The days granted are not within the days asked for.",
            f"Choose days from {asked.starts:%d/%m/%Y} to {asked.ends:%d/%m/%Y}.",
        )


def narrower(terms: Terms, asked: Terms) -> bool:
    """Say whether a scope is the one asked for, or that one with conditions added by AND."""
    if asked.scope is None:
        return True
    return terms.scope is not None and _conditions(asked.scope) <= _conditions(terms.scope)


def _conditions(scope: Scope) -> frozenset[Scope]:
    return frozenset(scope.parts) if isinstance(scope, AllOf) else frozenset({scope})


def inapplicable(terms: Terms, product: DataProduct) -> tuple[Denial, ...]:
    """Say which terms cannot be applied to a product as it is now.

    An obligation that cannot be applied denies: a treatment that does not fit the column's type, a
    scope on a column that is gone or has another type.
    """
    found: list[Denial] = []
    for granted in terms.columns:
        column = product.column(granted.name)
        if column is None:
            found.append(_gone(granted, product))
        elif not treatments.applies(column.type, granted.treatment):
            found.append(
                Denial(
                    "agreement.treatment_does_not_apply",
                    f"Treatment {granted.treatment} does not apply to {granted.name},"
                    f" which is of type {column.type}.",
                    "Choose a treatment that fits the type.",
                )
            )
    if terms.scope is not None:
        types = {c.name: c.type for c in product.columns}
        try:
            scopes.parse(scopes.to_text(terms.scope), types)
        except BadInput as misfit:
            found.append(
                Denial(
                    "agreement.scope_does_not_apply",
                    f"The row scope does not fit {product.id}: {misfit.message}",
                    "Ask with another row scope.",
                )
            )
    return tuple(found)


def _gone(granted: GrantedColumn, product: DataProduct) -> Denial:
    return Denial(
        "agreement.column_gone",
        f"{product.id} has no column {granted.name} in version {product.contract.version}.",
        "Choose columns that the product's page lists.",
    )
