"""Sessions: where somebody is signed in on the web pages."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in. `id` is safe to show: the cookie's value cannot be told from it.

    `seen` is when it was last used, to the minute.
    """

    id: str
    person: str
    started: datetime
    seen: datetime
