"""Earlier states of a source that keeps them: which one is meant, and which one was read."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A state of a source, by the number that its table format gives it."""

    number: int


@dataclass(frozen=True, slots=True)
class Moment:
    """The state that a source had at a time: the last one written then or before. In UTC."""

    at: datetime


AsOf = Version | Moment
"""How a query names a state of a source."""
