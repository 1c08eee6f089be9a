"""People: signing in, accounts, domains, appointments."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fairway.nouns.errors import BadInput, Conflict, NotFound, NotSignedIn, Refused
from fairway.nouns.people import (
    HUB_ROLES,
    Actor,
    Appointment,
    Domain,
    Organisation,
    Person,
    Role,
    Token,
    Via,
)
from fairway.nouns.rights import Right
from fairway.rules import duties
from fairway.rules.people import INITIAL_DAYS, check_another, check_id
from fairway.rules.rights import chosen
from fairway.verbs import passwords
from fairway.verbs.acting import Act, acting, event, looking, verb
from fairway.verbs.ports import Platform
from fairway.verbs.rates import admit
from fairway.verbs.signing_in import sign_in


@dataclass(frozen=True, slots=True)
class Me:
    """A person with the appointments that hold today."""

    person: Person
    appointments: tuple[Appointment, ...]

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere today."""
        return frozenset(a.role for a in self.appointments)


@verb("person.me")
def me(platform: Platform, actor: Actor) -> Me:
    """Return the actor's account and current appointments."""
    with looking(platform, actor, "person.me") as look:
        if look.person is None:
            raise NotFound("person.not_found", "The node itself has no account.")
        current = tuple(a for a in look.appointments if a.current(look.today))
        return Me(look.person, current)


@verb("person.list")
def list_people(platform: Platform, actor: Actor) -> Sequence[Me]:
    """Return every account with its current appointments."""
    with looking(platform, actor, "person.list") as look:
        held: dict[str, list[Appointment]] = {}
        appointments = platform.store.people.appointments()
        for a in (one for one in appointments if one.current(look.today)):
            held.setdefault(a.person, []).append(a)
        return [Me(p, tuple(held.get(p.id, ()))) for p in platform.store.people.all()]


@verb("person.add")
def add_person(
    platform: Platform,
    actor: Actor,
    person: Person,
    password: str | None = None,
    *,
    initial: bool = False,
) -> None:
    """Add an account. Without a password nobody can sign in to it until one is given.

    `initial` marks a password that was made for the person, who has to choose their own with it.
    """
    check_id(person.id, "person")
    if password is not None:
        passwords.check(platform, person, password)
    with acting(platform, actor, "person.add", subject=person.id) as act:
        if platform.store.people.get(person.id) is not None:
            raise Conflict("person.exists", f"There is an account {person.id} already.")
        known_domain(platform, person.domain)
        platform.store.people.add(person, password, _initial(act) if initial else None)
        act.record("person.add", subject=person.id, details={"domain": person.domain})


@verb("person.give_password")
def give_password(platform: Platform, actor: Actor, person: str) -> tuple[str, datetime]:
    """Make a password for somebody who has none, or forgot it. Return it, and until when it opens.

    It opens once, for them to choose their own; a second factor is asked for as before. Their
    sessions end. Nobody makes their own.
    """
    with acting(platform, actor, "person.give_password", subject=person) as act:
        known_person(platform, person)
        check_another(person, actor.person)
        made, until = platform.ids.secret(), _initial(act)
        platform.store.people.set_password(person, made, until)
        platform.store.sessions.end_all(person)
        act.record("person.give_password", subject=person, details={"until": until.isoformat()})
    return made, until


def _initial(act: Act) -> datetime:
    return act.platform.clock.now() + timedelta(days=INITIAL_DAYS)


@verb("person.deactivate")
def deactivate(platform: Platform, actor: Actor, person: str) -> None:
    """Close an account: its tokens and sessions stop working with the next request."""
    with acting(platform, actor, "person.deactivate", subject=person) as act:
        known_person(platform, person)
        platform.store.people.set_active(person, False)
        platform.store.sessions.end_all(person)
        act.record("person.deactivate", subject=person)


@verb("person.leaving")
def leaving(platform: Platform, actor: Actor, person: str, leaves: date | None) -> None:
    """Set a person's last day, after which their account is closed; None takes it away."""
    with acting(platform, actor, "person.leaving", subject=person) as act:
        known_person(platform, person)
        platform.store.people.set_leaving(person, leaves)
        day = leaves.isoformat() if leaves else None
        act.record("person.leaving", subject=person, details={"leaves": day})


@verb("person.change_password")
def change_password(platform: Platform, actor: Actor, old: str, new: str) -> None:
    """Change the actor's own password."""
    with acting(platform, actor, "person.change_password", subject=actor.person) as act:
        own = known_person(platform, actor.person)
        passwords.check(platform, own, new)
        holds = passwords.own_holds(platform, actor.person, old)
        act.record("person.change_password", "done" if holds else "denied", subject=actor.person)
        if holds:
            platform.store.people.set_password(actor.person, new)
    if not holds:
        raise Refused("access.wrong_password", "The old password is not right.")


@verb("domain.add")
def add_domain(
    platform: Platform, actor: Actor, domain: Domain, organisation: Organisation
) -> None:
    """Add a domain, and its organisation when that is new."""
    check_id(domain.id, "domain")
    with acting(platform, actor, "domain.add", subject=domain.id) as act:
        if platform.store.people.domain(domain.id) is not None:
            raise Conflict("domain.exists", f"There is a domain {domain.id} already.")
        if all(o.id != organisation.id for o in platform.store.people.organisations()):
            platform.store.people.add_organisation(organisation)
        platform.store.people.add_domain(domain)
        act.record("domain.add", subject=domain.id, details={"organisation": organisation.id})


@verb("domain.list")
def list_domains(platform: Platform, actor: Actor) -> Sequence[Domain]:
    """Return every domain."""
    with looking(platform, actor, "domain.list"):
        return platform.store.people.domains()


@verb("appointment.make")
def appoint(
    platform: Platform,
    actor: Actor,
    person: str,
    role: Role,
    domain: str | None,
    *,
    since: date,
    until: date | None = None,
    evidence: str = "",
) -> None:
    """Appoint a person to a role, in a domain or at the hub. Nobody appoints themselves."""
    with acting(platform, actor, "appointment.make", subject=person) as act:
        known_person(platform, person)
        if (domain is None) != (role in HUB_ROLES):
            raise BadInput(
                "appointment.wrong_place",
                f"{role} is held {'at the hub' if role in HUB_ROLES else 'in a domain'}.",
                remedy="Leave the domain out." if role in HUB_ROLES else "Name the domain.",
                field="domain",
            )
        if domain is not None:
            known_domain(platform, domain)
            if platform.store.peers.of_domain(domain) is not None:
                raise Refused(
                    "appointment.their_domain",
                    f"Another node speaks for the domain {domain}; it appoints there itself.",
                    remedy="Ask that node.",
                )
        if until is not None and until < since:
            raise BadInput(
                "appointment.ends_before_start", "The last day is before the first.", field="until"
            )
        if person == actor.person:
            raise Refused("appointment.own", "Nobody appoints themselves.")
        made = Appointment(person, role, domain, since, until, actor.person, evidence)
        put_appointment(act, made)


@verb("appointment.end")
def end_appointment(
    platform: Platform, actor: Actor, person: str, role: Role, domain: str | None, until: date
) -> None:
    """Set the last day of a person's appointment to a role."""
    with acting(platform, actor, "appointment.end", subject=person) as act:
        if not platform.store.people.end_appointment(person, role, domain, until):
            raise NotFound(
                "appointment.not_found", f"{person} holds no open appointment as {role}."
            )
        act.record(
            "appointment.end",
            subject=person,
            details={"role": role.value, "domain": domain, "until": until.isoformat()},
        )


def put_appointment(act: Act, made: Appointment) -> None:
    """Appoint, unless the person holds what nobody holds together with it. Not a verb."""
    people = act.platform.store.people
    other = duties.clash(people.appointments(person=made.person), made)
    if other is not None:
        raise Refused(
            "appointment.duties_apart",
            f"{made.person} is {other.role}, and nobody is both that and {made.role}.",
            remedy="Appoint somebody else, or end the other appointment first.",
        )
    people.appoint(made)
    act.record(
        "appointment.make",
        subject=made.person,
        details={
            "role": made.role.value,
            "domain": made.domain,
            "since": made.since.isoformat(),
            "until": made.until.isoformat() if made.until else None,
            "evidence": made.evidence,
            "acts_for": made.acts_for,
        },
    )


def known_person(platform: Platform, person: str) -> Person:
    """Return an account or raise `NotFound`. Not a verb: a step of verbs."""
    found = platform.store.people.get(person)
    if found is None:
        raise NotFound("person.not_found", f"There is no account {person}.")
    return found


def known_domain(platform: Platform, domain: str) -> Domain:
    """Return a domain or raise `NotFound`. Not a verb: a step of verbs."""
    found = platform.store.people.domain(domain)
    if found is None:
        raise NotFound(
            "domain.not_found", f"There is no domain {domain}.", remedy="Add the domain first."
        )
    return found


def token_digest(secret: str) -> str:
    """Return what is kept of a token: SHA-256 of a secret of 256 random bits needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


@verb("token.create")
def create_token(
    platform: Platform,
    via: Via,
    person: str,
    password: str,
    *,
    label: str = "",
    days: int,
    only: Iterable[str] | None = None,
    code: str | None = None,
    new_password: str | None = None,
    origin: str = "",
) -> tuple[Token, str]:
    """Exchange a name and password for a bearer token. Return it and its secret, shown once.

    `only` names what it is limited to, None for all that the person may. `code`, `new_password`
    and `origin` as in `sign_in`.
    """
    _check_lifetime(platform, days)
    rights = chosen(only)
    found = sign_in(
        platform, via, person, password, code=code, new_password=new_password, origin=origin
    )
    return _new_token(platform, Actor(found.id, via), "token.create", label, days, rights)


@verb("token.create_confirmed")
def create_token_confirmed(
    platform: Platform,
    actor: Actor,
    *,
    label: str = "",
    days: int,
    only: Iterable[str] | None = None,
) -> tuple[Token, str]:
    """Make a bearer token for somebody who has just confirmed who they are; the surface saw to it.

    `only` as in `create_token`; it never has more rights than its maker comes with. Return it and
    its secret, shown once.
    """
    _check_lifetime(platform, days)
    rights = chosen(only, actor.rights)
    return _new_token(platform, actor, "token.create_confirmed", label, days, rights)


def _check_lifetime(platform: Platform, days: int) -> None:
    longest = int(platform.settings["token_days"])
    if not 1 <= days <= longest:
        raise BadInput(
            "token.wrong_lifetime",
            f"A token lives from 1 to {longest} days.",
            field="days",
        )


def _new_token(
    platform: Platform,
    actor: Actor,
    name: str,
    label: str,
    days: int,
    rights: frozenset[Right],
) -> tuple[Token, str]:
    secret = platform.ids.secret()
    now = platform.clock.now()
    token = Token(
        platform.ids.new("T"),
        actor.person,
        label,
        token_digest(secret),
        now,
        now + timedelta(days=days),
        rights=rights,
    )
    with acting(platform, actor, name) as act:
        platform.store.tokens.add(token)
        details = {
            "days": days,
            "label": label,
            "only": None if token.only is None else [*token.only],
        }
        act.record("token.create", subject=token.id, details=details)
    return token, secret


@verb("token.list")
def list_tokens(platform: Platform, actor: Actor) -> Sequence[Token]:
    """Return the actor's own tokens, without their secrets."""
    with looking(platform, actor, "token.list"):
        return platform.store.tokens.of(actor.person)


@verb("token.revoke")
def revoke_token(platform: Platform, actor: Actor, token: str) -> None:
    """Revoke one of the actor's own tokens; it stops working at once."""
    with acting(platform, actor, "token.revoke", subject=token) as act:
        if all(t.id != token for t in platform.store.tokens.of(actor.person)):
            raise NotFound("token.not_found", f"You have no token {token}.")
        platform.store.tokens.revoke(token, platform.clock.now())
        act.record("token.revoke", subject=token)


def bearer(platform: Platform, secret: str, via: Via) -> Actor:
    """Return the actor that a bearer token stands for. Raises `NotSignedIn`.

    Not a verb: it establishes who acts, as a session does; a bad token is recorded.
    """
    token = platform.store.tokens.by_digest(token_digest(secret))
    person = platform.store.people.get(token.person) if token else None
    now = platform.clock.now()
    if token is None or not token.usable(now) or not person or not person.open(now.date()):
        platform.ledger.append(
            event(
                platform,
                Actor(token.person if token else "", via),
                "token.refused",
                "denied",
                subject=token.id if token else "",
            )
        )
        raise NotSignedIn(
            "access.bad_token",
            "The token is unknown, expired or revoked.",
            remedy="Get a new one with: fairway token.",
        )
    fresh = now - token.created < timedelta(minutes=platform.settings["confirm_minutes"])
    actor = Actor(token.person, via, proved=fresh, rights=token.rights)
    admit(platform, actor)
    return actor
