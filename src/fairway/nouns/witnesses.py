"""Witnesses: departments that hold each other's records to what they said before."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who cosigns this node's checkpoints: their key, and where they are asked.

    `size` is that of the last checkpoint they cosigned, `line` their signature below `note`'s text;
    `fault` says why the last try failed, "" when it did not. `peer` is the node of the trust that
    it is, "" for a witness that an administrator added by its key.
    """

    key: str
    address: str
    size: int = 0
    note: str = ""
    line: str = ""
    asked: datetime | None = None
    fault: str = ""
    peer: str = ""

    @property
    def name(self) -> str:
        """The name in the key."""
        return self.key.partition("+")[0]


@dataclass(frozen=True, slots=True)
class Watched:
    """A record of another node that this one watches: its key, and the last checkpoint cosigned.

    `peer` is the node of the trust whose record it is, "" for one that an administrator named.
    """

    key: str
    size: int = 0
    root: bytes = b""
    note: str = ""
    peer: str = ""

    @property
    def origin(self) -> str:
        """The record's own name."""
        return self.key.partition("+")[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness answers: an HTTP status, what was said, and of which type it is."""

    status: int
    text: str
    type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class SubjectUse:
    """A use of one person's data: when, what, by which role in which organisation, for which
    purpose. `singled_out` is true where the query named the person, false for a use in bulk.
    """

    sequence: int
    at: datetime
    product: str
    organisation: str
    roles: tuple[str, ...]
    purpose: str
    agreement: str
    rows: int | None
    singled_out: bool
