"""Deny now: what the hub has stopped, whatever any agreement says."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stopped(StrEnum):
    """What can be stopped."""

    PERSON = "person"
    PRODUCT = "product"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True)
class Stop:
    """A person, product or agreement that may not use or be used until the stop is lifted."""

    id: str
    kind: Stopped
    subject: str
    reason: str
    made_by: str
    made_at: datetime
    lifted_by: str = ""
    lifted_at: datetime | None = None
