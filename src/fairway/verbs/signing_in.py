"""Signing in: by name and password, with a second factor where there is one; by a provider."""

from datetime import date, timedelta

from fairway.nouns.errors import BadInput, NotSignedIn, Refused
from fairway.nouns.events import EventFilter
from fairway.nouns.people import Actor, Person, Via
from fairway.rules.signing_in import PROVIDER_OFF, opens_by_password
from fairway.verbs import passwords
from fairway.verbs.acting import acting, looking, verb
from fairway.verbs.ports import Platform

_FAILURES_ALLOWED = 10
_FAILURE_WINDOW = timedelta(minutes=15)


@verb("person.sign_in")
def sign_in(
    platform: Platform,
    via: Via,
    person: str,
    password: str,
    *,
    code: str | None = None,
    new_password: str | None = None,
    origin: str = "",
) -> Person:
    """Check a name and password, and the code of a second factor where the person has one.

    A password that was made for the person opens once, to take `new_password` in its place.
    `origin` is the address that the try comes from, where one is known. Records success or failure.
    Raises `NotSignedIn`, `Refused`, `BadInput`; the codes `access.code_needed` and
    `access.new_password_needed` say that name and password are right, and what is asked for
    besides. After ten failures for a name in fifteen minutes, or too many from an address, further
    tries are refused unread.
    """
    actor = Actor(person[:150], via)
    with looking(platform, actor, "person.sign_in"):
        # A password takes long to check, by design: not in the transaction that others wait for.
        locked = _too_many(platform, actor.person) or not platform.store.attempts.allowed(origin)
        holds = not locked and platform.store.people.password_holds(person, password)
        found = platform.store.people.get(person) if holds else None
        known = found is not None and found.open(_today(platform))
        enrolled = known and platform.store.factors.enrolled(person)
    if known and enrolled and code is None:
        with acting(platform, actor, "person.sign_in") as act:
            act.record("person.code_asked")
        raise NotSignedIn(
            "access.code_needed",
            "A code of your second factor is needed as well.",
            remedy="Enter the code that your authenticator app shows, or a recovery code.",
            field="code",
        )
    sign_in_rules = platform.settings.get("sign_in", PROVIDER_OFF)
    refusal = opens_by_password(sign_in_rules, person, enrolled=enrolled) if known else None
    chosen = None
    if found is not None and known and refusal is None:
        chosen = _chosen(platform, actor, found, password, new_password)
    with acting(platform, actor, "person.sign_in") as act:
        proved = known and refusal is None
        if proved and enrolled:
            proved = platform.store.factors.use(person, code or "")
        act.record(
            "person.sign_in", "done" if proved else "denied", details=_means(enrolled, refusal)
        )
        if proved and chosen is not None:
            platform.store.people.set_password(person, chosen)
            act.record("person.change_password", subject=person)
    if locked:
        raise Refused(
            "access.too_many_tries",
            "There were too many failed tries to sign in with this name.",
            remedy="Try again in 15 minutes.",
        )
    if not proved:
        platform.store.attempts.failed(person, origin)
    if refusal is not None:
        raise refusal
    if found is None or not known:
        raise NotSignedIn(
            "access.wrong_name_or_password",
            "The name or the password is not right.",
            remedy="Check both and try again.",
        )
    if not proved:
        raise wrong_code()
    return found


def _chosen(
    platform: Platform,
    actor: Actor,
    person: Person,
    password: str,
    new_password: str | None,
) -> str | None:
    """Return the password that takes the place of one that was made, which asks for it; else None.

    Raises what is wrong with it, or that there is none.
    """
    until = platform.store.people.initial_until(person.id)
    if until is None:
        return None
    over = until <= platform.clock.now()
    if over or new_password is None:
        with acting(platform, actor, "person.sign_in") as act:
            act.record("person.password_asked", "denied" if over else "done")
    if over:
        raise Refused(
            "access.initial_password_over",
            "This password was made to choose your own with, and its days are over.",
            remedy="Ask an administrator to give you a new one.",
        )
    if new_password is None:
        raise NotSignedIn(
            "access.new_password_needed",
            "This password was made for you and opens only once.",
            remedy="Choose your own as well.",
            field="new_password",
        )
    if new_password == password:
        raise BadInput(
            "person.same_password",
            "The new password is the one that was made for you.",
            remedy="Choose another.",
            field="new_password",
        )
    passwords.check(platform, person, new_password)
    return new_password


def _today(platform: Platform) -> date:
    return platform.clock.now().date()


def _means(enrolled: bool, refusal: Refused | None) -> dict[str, str]:
    """Return what goes on the record of how somebody signed in, beside the outcome."""
    told = {"factor": "code"} if enrolled else {}
    return told | ({"refused": refusal.code} if refusal else {})


def wrong_code() -> NotSignedIn:
    """Return the error of a code that does not open, or not again."""
    return NotSignedIn(
        "access.wrong_code",
        "The code is not right, or it was used before.",
        remedy="Wait for the next code and try again.",
        field="code",
    )


def _too_many(platform: Platform, person: str) -> bool:
    """Say whether a name has failed too often lately, whether or not there is such an account."""
    since = platform.clock.now() - _FAILURE_WINDOW
    failures = [
        entry
        for action in ("person.sign_in", "person.confirm")
        for entry in platform.ledger.find(
            EventFilter(
                actor=person,
                action=action,
                outcome="denied",
                since=since,
                limit=_FAILURES_ALLOWED,
            )
        )
    ]
    return len(failures) >= _FAILURES_ALLOWED


@verb("person.sign_in_by_provider")
def sign_in_by_provider(platform: Platform, via: Via, subject: str) -> Person:
    """Open a session for whom the department's identity provider vouches.

    `subject` is the value of the claim that names people; the surface has checked the provider's
    answer. It is matched as the node's settings say, exactly one open account must answer to it,
    and no account is made. Records success or failure. Raises `NotSignedIn`.
    """
    with looking(platform, Actor(subject[:150], via), "person.sign_in_by_provider"):
        rules = platform.settings.get("sign_in", PROVIDER_OFF)
        people = platform.store.provisioned.matching(rules.match, subject) if rules.issuer else ()
        found = people[0] if len(people) == 1 and people[0].open(_today(platform)) else None
    actor = Actor(found.id if found else subject[:150], via)
    with acting(platform, actor, "person.sign_in_by_provider") as act:
        act.record(
            "person.sign_in",
            "done" if found else "denied",
            details={"provider": rules.issuer, "matched": len(people)},
        )
    if found is None:
        raise NotSignedIn(
            "access.no_account",
            "Your department knows you, but you have no open account here.",
            remedy="Ask an administrator of this service for an account.",
        )
    return found


@verb("person.confirm")
def confirm(
    platform: Platform, actor: Actor, password: str, *, code: str | None = None, origin: str = ""
) -> None:
    """Have the actor prove again who they are, before what cannot be taken back.

    Raises `Refused` where the password or the code is not right, and after too many failures.
    """
    with looking(platform, actor, "person.confirm"):
        locked = _too_many(platform, actor.person) or not platform.store.attempts.allowed(origin)
        holds = not locked and passwords.own_holds(platform, actor.person, password)
        enrolled = platform.store.factors.enrolled(actor.person)
    with acting(platform, actor, "person.confirm") as act:
        proved = holds and (not enrolled or platform.store.factors.use(actor.person, code or ""))
        act.record("person.confirm", "done" if proved else "denied")
    if locked:
        raise Refused(
            "access.too_many_tries",
            "There were too many failed tries to sign in with this name.",
            remedy="Try again in 15 minutes.",
        )
    if not proved:
        platform.store.attempts.failed(actor.person, origin)
    if not holds:
        raise Refused("access.wrong_password", "The password is not right.")
    if not proved:
        raise wrong_code()


@verb("person.confirm_by_provider")
def confirm_by_provider(platform: Platform, actor: Actor, subject: str) -> None:
    """Take the provider's fresh word for it that the actor is there. Raises `Refused`."""
    with looking(platform, actor, "person.confirm_by_provider"):
        rules = platform.settings.get("sign_in", PROVIDER_OFF)
        people = platform.store.provisioned.matching(rules.match, subject) if rules.issuer else ()
        same = [p.id for p in people] == [actor.person]
    with acting(platform, actor, "person.confirm_by_provider") as act:
        act.record(
            "person.confirm", "done" if same else "denied", details={"provider": rules.issuer}
        )
    if not same:
        raise Refused(
            "access.somebody_else",
            "The provider vouched for somebody else than who is signed in here.",
            remedy="Sign out, and sign in as yourself.",
        )


@verb("person.sign_out")
def sign_out(platform: Platform, actor: Actor) -> None:
    """Record that a person signed out."""
    with acting(platform, actor, "person.sign_out") as act:
        act.record("person.sign_out")
