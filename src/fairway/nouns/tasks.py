"""What waits for somebody: things that have to be done by a day, so that nothing lapses unseen."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class TaskKind(StrEnum):
    """What kind of thing is to be done."""

    APPOINT_OWNER = "appoint a data owner"
    OWNER_LEAVES = "replace a data owner who leaves"
    CONFIRM_ACCESS = "confirm access"
    PUBLISH_GUARDRAILS = "publish the guardrails again"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `due` is the last day on which it is in time; `domain` None is the hub."""

    kind: TaskKind
    subject: str
    due: date
    domain: str | None
    sentence: str
    remedy: str
