"""An attack on a share, and what attackers have in their hands."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Attack:
    """A request, and the statuses that may answer it. 200 and 206 only show what is one's own."""

    category: str
    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    token: str | None = None
    allowed: tuple[int, ...] = (400, 401, 403, 404, 405)


@dataclass(frozen=True)
class Prey:
    """What attackers have in their hands: their own, and what leaked to them of another's."""

    own: Any
    other: Any
    own_link: str
    other_link: str
    other_token: str
    expired_link: str
    revoked: Any
    revoked_link: str
    oauth_id: str
    oauth_secret: str
    page: str
