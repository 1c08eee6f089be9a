"""Who: organisations, domains, people, and the roles they are appointed to."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Role(StrEnum):
    """A role that a person holds by appointment, in one domain or at the hub."""

    DATA_OWNER = "data owner"
    DATA_STEWARD = "data steward"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    GOVERNANCE_MANAGER = "governance manager"
    ADMINISTRATOR = "administrator"


HUB_ROLES = frozenset({Role.AUDITOR, Role.GOVERNANCE_MANAGER, Role.ADMINISTRATOR})
"""Roles that are held at the hub, over every domain."""


class Via(StrEnum):
    """The surface by which an actor reached the node."""

    COMMAND_LINE = "command line"
    PYTHON = "python"
    API = "api"
    WEB = "web"
    SHARING = "delta sharing"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A department or public body."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Domain:
    """A spoke: a business area inside an organisation that owns data products."""

    id: str
    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. `domain` is where they work."""

    id: str
    name: str
    domain: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Appointment:
    """A role held by a person, from a day until a day (both included), on somebody's authority.

    `domain` is None for the hub's roles. `until` is None while no end is set.
    """

    person: str
    role: Role
    domain: str | None
    since: date
    until: date | None
    appointed_by: str
    evidence: str = ""

    def current(self, today: date) -> bool:
        """Say whether the appointment holds on a day."""
        return self.since <= today and (self.until is None or today <= self.until)


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts now, and by which surface."""

    person: str
    via: Via


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token as kept: its secret only as a hash. `id` is safe to show."""

    id: str
    person: str
    label: str
    digest: str
    created: datetime
    expires: datetime
    revoked: datetime | None = None

    def usable(self, now: datetime) -> bool:
        """Say whether the token still opens the door."""
        return self.revoked is None and now < self.expires
