"""Who: organisations, domains, people, and the roles they are appointed to."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from fairway.nouns.rights import WHOLE, Right


class Role(StrEnum):
    """A role that a person holds by appointment, in one domain or at the hub."""

    DATA_OWNER = "data owner"
    DEPUTY = "deputy data owner"
    DATA_STEWARD = "data steward"
    CUSTODIAN = "data custodian"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    DATA_PROTECTION_OFFICER = "data protection officer"
    GOVERNANCE_MANAGER = "governance manager"
    ADMINISTRATOR = "administrator"
    PROVISIONER = "provisioner"


HUB_ROLES = frozenset(
    {
        Role.AUDITOR,
        Role.DATA_PROTECTION_OFFICER,
        Role.GOVERNANCE_MANAGER,
        Role.ADMINISTRATOR,
        Role.PROVISIONER,
    }
)
"""Roles that are held at the hub, over every domain."""


class Via(StrEnum):
    """The surface by which an actor reached the node."""

    COMMAND_LINE = "command line"
    PYTHON = "python"
    API = "api"
    WEB = "web"
    SHARING = "delta sharing"
    PEER = "peer"
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
    """Somebody with an account. `domain` is where they work, `leaves` their last day, if known."""

    id: str
    name: str
    domain: str
    active: bool = True
    leaves: date | None = None

    def open(self, today: date) -> bool:
        """Say whether the account may be used on a day."""
        return self.active and (self.leaves is None or today <= self.leaves)


@dataclass(frozen=True, slots=True)
class Appointment:
    """A role held by a person, from a day until a day (both included), on somebody's authority.

    `domain` is None for the hub's roles. `until` is None while no end is set. `acts_for` is the
    data owner in whose name a delegate decides, empty for everybody else.
    """

    person: str
    role: Role
    domain: str | None
    since: date
    until: date | None
    appointed_by: str
    evidence: str = ""
    acts_for: str = ""

    def current(self, today: date) -> bool:
        """Say whether the appointment holds on a day."""
        return self.since <= today and (self.until is None or today <= self.until)


@dataclass(frozen=True, slots=True)
class Team:
    """Everyone who holds a role in a domain, on the day that is asked about."""

    role: Role
    domain: str

    def __str__(self) -> str:
        """Return the team as it is written: `analyst in dwp`."""
        return f"{self.role.value} in {self.domain}"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts now, and by which surface.

    `managed_device` is true where the department's own front door vouches for the device. `proved`
    is true where the person has proved who they are within the node's `web.confirm_minutes`: by
    signing in or confirming, or by making the token that they come with. `rights` are fewer than
    all where they come with a token that was limited.
    """

    person: str
    via: Via
    managed_device: bool = False
    proved: bool = False
    rights: frozenset[Right] = WHOLE


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token as kept: its secret only as a hash. `id` is safe to show.

    `rights` are what its bearer may do, of all that the person may.
    """

    id: str
    person: str
    label: str
    digest: str
    created: datetime
    expires: datetime
    revoked: datetime | None = None
    rights: frozenset[Right] = WHOLE

    @property
    def only(self) -> tuple[Right, ...] | None:
        """What it is limited to, in the order in which rights are offered; None if to nothing."""
        return None if self.rights == WHOLE else tuple(r for r in Right if r in self.rights)

    def usable(self, now: datetime) -> bool:
        """Say whether the token still opens the door."""
        return self.revoked is None and now < self.expires
