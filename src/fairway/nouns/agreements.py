"""Data shares: what was asked, what was granted, and the states between request and end."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from fairway.nouns.people import Team
from fairway.nouns.scopes import Scope
from fairway.nouns.treatments import Treatment


class State(StrEnum):
    """Where an agreement stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_QUESTION = "in question"
    APPROVED = "approved"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What takes an agreement from one state to another."""

    SUBMIT = "submit"
    QUESTION = "question"
    ANSWER = "answer"
    SIGN_OFF = "sign-off"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    CONFIRM = "confirm"
    TERMINATE = "terminate"
    EXPIRE = "expire"
    LAPSE = "lapse"


class Party(StrEnum):
    """Who may make a move, as the agreement sees them."""

    ASKER = "asker"
    OWNER = "data owner"
    DPO = "data protection officer"
    HUB = "governance manager"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class GrantedColumn:
    """A column of the product with the treatment that its values get."""

    name: str
    treatment: Treatment


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked or granted: columns with treatments, row scope, first and last day."""

    columns: tuple[GrantedColumn, ...]
    scope: Scope | None
    starts: date
    ends: date

    def column(self, name: str) -> GrantedColumn | None:
        """Return the granted column of a name, or None. Names compare without regard to case."""
        wanted = name.casefold()
        return next((c for c in self.columns if c.name.casefold() == wanted), None)


@dataclass(frozen=True, slots=True)
class Step:
    """One move in an agreement's history. `note` is the reason, question or answer.

    `in_name_of` is the data owner for whom a deputy decided, empty otherwise.
    """

    at: datetime
    person: str
    move: Move
    before: State
    after: State
    note: str = ""
    in_name_of: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A data share between the asker and the product's owner.

    `asked` is what the asker requests; `granted` is what the owner approved, never more than asked.
    `team` is whom it covers beside the asker, None for nobody; `onward` is true where the asker
    means to pass the data on.
    """

    id: str
    product: str
    asker: str
    purpose: str
    legal_basis: str
    necessity: str
    asked: Terms
    granted: Terms | None
    state: State
    created: datetime
    history: tuple[Step, ...] = ()
    team: Team | None = None
    onward: bool = False

    @property
    def sign_off(self) -> Step | None:
        """The data protection officer's last signing off, None where there was none."""
        return next((s for s in reversed(self.history) if s.move is Move.SIGN_OFF), None)
