"""Other names that mean the same: what the hub has agreed that a search also looks for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    """A term, and what it also goes by. `changed_by` is empty for those that come with Fairway."""

    term: str
    names: tuple[str, ...]
    changed_by: str = ""
    changed_at: datetime | None = None
