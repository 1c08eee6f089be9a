"""Second factors: enrol, remove one's own, and reset somebody's who has lost it."""

from urllib.parse import quote, urlencode

from fairway.nouns.errors import BadInput, Conflict, NotFound, Refused
from fairway.nouns.people import Actor
from fairway.verbs.acting import acting, looking, verb
from fairway.verbs.ports import Platform
from fairway.verbs.signing_in import wrong_code


@verb("factor.enrolled")
def enrolled(platform: Platform, actor: Actor) -> bool:
    """Say whether the actor is asked for a code when signing in."""
    with looking(platform, actor, "factor.enrolled"):
        return platform.store.factors.enrolled(actor.person)


@verb("factor.begin")
def begin(platform: Platform, actor: Actor) -> tuple[str, str]:
    """Return a new secret for an authenticator app, in Base32, and the same as an address.

    It asks for nothing until `complete` has taken its first code. Raises `Conflict` where the
    actor has a second factor already.
    """
    with acting(platform, actor, "factor.begin") as act:
        if platform.store.factors.enrolled(actor.person):
            raise Conflict(
                "factor.exists",
                "You have a second factor already.",
                remedy="Remove it first, with a code of it.",
            )
        secret = platform.store.factors.begin(actor.person)
        act.record("factor.begin")
    name = str(platform.settings["name"])
    label = f"{quote(name)}:{quote(actor.person)}"
    return secret, f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': name})}"


@verb("factor.complete")
def complete(platform: Platform, actor: Actor, code: str) -> tuple[str, ...]:
    """Take the first code, and ask for one from now on. Return recovery codes, shown this once."""
    with acting(platform, actor, "factor.complete") as act:
        codes = platform.store.factors.complete(actor.person, code)
        act.record("factor.complete", "denied" if codes is None else "done")
    if codes is None:
        raise BadInput(
            "factor.wrong_code",
            "The code is not right.",
            remedy="Check that the app's clock is right, and enter the code that it shows now.",
            field="code",
        )
    return codes


@verb("factor.remove")
def remove(platform: Platform, actor: Actor, code: str) -> None:
    """Remove one's own second factor, with a code of it. Raises `Refused`."""
    with acting(platform, actor, "factor.remove") as act:
        opened = platform.store.factors.use(actor.person, code)
        if opened:
            platform.store.factors.remove(actor.person)
        act.record("factor.remove", "done" if opened else "denied")
    if not opened:
        raise wrong_code()


@verb("factor.reset")
def reset(platform: Platform, actor: Actor, person: str) -> None:
    """Remove the second factor of somebody who has lost it. Nobody resets their own."""
    with acting(platform, actor, "factor.reset", subject=person) as act:
        if person == actor.person:
            raise Refused(
                "factor.own",
                "Nobody resets their own second factor.",
                remedy="Remove it with a code or a recovery code, or ask another administrator.",
            )
        if not platform.store.factors.remove(person):
            raise NotFound("factor.not_found", f"{person[:63]} has no second factor.")
        platform.store.sessions.end_all(person)
        act.record("factor.reset", subject=person)
