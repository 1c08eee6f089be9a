"""What signing in and provisioning need from the store, as Protocols; part of `verbs.ports`."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from fairway.nouns.people import Appointment, Domain, Organisation, Person, Role
from fairway.nouns.provisioning import GroupRole, ProvisionedGroup, ProvisionedPerson
from fairway.nouns.rates import Taken
from fairway.nouns.sessions import Session
from fairway.nouns.signing_in import Match


class People(Protocol):
    """Accounts, domains and appointments. Writes happen only inside `Store.transaction()`."""

    def get(self, person: str) -> Person | None: ...
    def all(self) -> Sequence[Person]: ...
    def add(
        self, person: Person, password: str | None, initial_until: datetime | None = None
    ) -> None: ...
    def set_active(self, person: str, active: bool) -> None: ...
    def set_leaving(self, person: str, leaves: date | None) -> None:
        """Set or take away a person's last day."""

    def set_password(
        self, person: str, password: str, initial_until: datetime | None = None
    ) -> None:
        """Set a password: the person's own, or one that opens until then, to choose their own."""

    def initial_until(self, person: str) -> datetime | None:
        """Return until when the password is one to choose one's own with; None for one's own."""

    def password_holds(self, person: str, password: str) -> bool:
        """Check a password, in the same time whether or not the person exists."""

    def breached(self, password: str) -> bool:
        """Say whether a password is known from a breach; of none where the node has no list.

        Raises `Unavailable` where the list cannot be read.
        """

    def add_organisation(self, organisation: Organisation) -> None: ...
    def organisations(self) -> Sequence[Organisation]: ...
    def add_domain(self, domain: Domain) -> None: ...
    def domain(self, domain: str) -> Domain | None: ...
    def domains(self) -> Sequence[Domain]: ...
    def appoint(self, appointment: Appointment) -> None: ...
    def end_appointment(
        self, person: str, role: Role, domain: str | None, until: Any, *, acts_for: str = ""
    ) -> int:
        """Set the last day of the person's open appointments to the role; return how many.

        With `acts_for` only of those in whose name they act, else of all.
        """

    def appointments(
        self, *, person: str | None = None, domain: str | None = None, role: Role | None = None
    ) -> Sequence[Appointment]: ...


class Sessions(Protocol):
    """Where people are signed in on the web pages."""

    def of(self, person: str) -> Sequence[Session]:
        """Return the open sessions of a person, the one used last first."""

    def end(self, person: str, session: str) -> bool:
        """End one session of a person, by the id that can be shown; say whether there was one."""

    def end_all(self, person: str) -> int:
        """End every session of a person; return how many."""


class Attempts(Protocol):
    """Failed tries to sign in, by the address they come from. Without an address: no limit."""

    def allowed(self, origin: str) -> bool: ...
    def failed(self, person: str, origin: str) -> None: ...


class Factors(Protocol):
    """Second factors. Writes happen only inside `Store.transaction()`."""

    def enrolled(self, person: str) -> bool:
        """Say whether a code is asked for when the person signs in."""

    def begin(self, person: str) -> str:
        """Return a new secret, in Base32, in place of any other; pending until its first code."""

    def complete(self, person: str, code: str) -> tuple[str, ...] | None:
        """Take the first code of a pending secret; return recovery codes, None if it is wrong."""

    def use(self, person: str, code: str) -> bool:
        """Take a code, which then opens no more; a recovery code opens once."""

    def remove(self, person: str) -> bool:
        """Forget the person's factor and recovery codes; say whether there were any."""


class Provisioned(Protocol):
    """People and groups as the department's directory sent them, and what groups give."""

    def matching(self, match: Match, word: str) -> Sequence[Person]:
        """Return the accounts that a provider's word for a person stands for."""

    def person(self, id: str) -> ProvisionedPerson | None: ...  # SCIM's word
    def find_people(self, **equal: str) -> Sequence[ProvisionedPerson]:
        """Return people by `user_name` (whatever its case), `external_id` or `account`."""

    def put_person(self, given: ProvisionedPerson) -> None:
        """Insert, or replace the one of that id."""

    def remove_person(self, id: str) -> None: ...  # SCIM's word
    def rename(self, person: str, name: str, domain: str) -> None:
        """Set an account's name and domain."""

    def group(self, id: str) -> ProvisionedGroup | None: ...  # SCIM's word
    def find_groups(self, **equal: str) -> Sequence[ProvisionedGroup]:
        """Return groups by `name` (whatever its case), `external_id` or `member`."""

    def put_group(self, given: ProvisionedGroup) -> None:
        """Insert, or replace the one of that id and its members."""

    def remove_group(self, id: str) -> None: ...  # SCIM's word
    def group_roles(self, group: str | None = None) -> Sequence[GroupRole]: ...
    def put_group_role(self, given: GroupRole) -> None: ...
    def remove_group_role(self, given: GroupRole) -> bool: ...
    def appointments(self, evidence: str, today: date) -> Sequence[Appointment]:
        """Return the appointments that hold today by this evidence."""

    def end_appointments(
        self, evidence: str, people: Collection[str], role: Role, domain: str, until: date
    ) -> None:
        """Set the last day of what this evidence gave these people."""


class RateCounts(Protocol):
    """How often each asked lately."""

    def take(self, who: str, limit: int) -> Taken:
        """Count one request, and say whether it goes on under `limit` requests a minute."""
