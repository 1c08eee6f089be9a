"""Recipients: the credentials by which a partner's tool reads one agreement's share.

One recipient, one agreement, one secret. The asker makes them; making new ones revokes those
before; any party can revoke them, and what they opened closes with the next request.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from fairway.nouns.agreements import Agreement, State
from fairway.nouns.errors import BadInput, Conflict, NotSignedIn
from fairway.nouns.people import Actor, Via
from fairway.nouns.shares import CredentialKind, Recipient
from fairway.rules.agreements import ANY_PARTY, effective_state
from fairway.rules.seals import Fields, opened, sealed
from fairway.verbs.acting import Act, acting, event, looking, verb
from fairway.verbs.agreements import not_found, parties_of, visible
from fairway.verbs.people import token_digest
from fairway.verbs.ports import Platform
from fairway.verbs.rates import admit, admit_under

ACCESS_SECONDS = 3600
"""How long an access token works that was exchanged for an id and a secret."""

_ACCESS = "access"


@verb("share.profile")
def make_profile(
    platform: Platform,
    actor: Actor,
    agreement: str,
    kind: CredentialKind = CredentialKind.BEARER,
    days: int | None = None,
) -> tuple[Recipient, str]:
    """Make credentials for one's own active agreement. Return them and the secret, shown once.

    They end after `days` (the node's longest for tokens when left out), and not later than the
    agreement. Those made before stop working. Raises `NotFound`, `Conflict`, `BadInput`.
    """
    longest = int(platform.settings["token_days"])
    lives = longest if days is None else days
    if not 1 <= lives <= longest:
        raise BadInput(
            "share.wrong_lifetime", f"A profile lives from 1 to {longest} days.", field="days"
        )
    with acting(platform, actor, "share.profile", subject=agreement) as act:
        found = _own(platform, actor, agreement)
        state = effective_state(found, act.today)
        if state is not State.ACTIVE or found.granted is None:
            raise Conflict(
                "share.not_active",
                f"Agreement {found.id} is {state}; a profile is made for an active one.",
                remedy="See how it stands with: fairway agreements.",
            )
        now = platform.clock.now()
        after = datetime.combine(found.granted.ends + timedelta(days=1), time(), UTC)
        secret = platform.ids.secret()
        made = Recipient(
            platform.ids.new("R"),
            found.id,
            kind,
            token_digest(secret),
            actor.person,
            now,
            min(now + timedelta(days=lives), after),
        )
        replaced = _revoke_all(platform, found.id)
        platform.store.shares.add(made)
        _record(act, "share.profile", found, {**_facts(made), "replaces": replaced})
    return made, secret


@verb("share.revoke")
def revoke(platform: Platform, actor: Actor, agreement: str) -> int:
    """Revoke the credentials of an agreement, as one of its parties; return how many there were.

    Links that were handed out stop working too.
    """
    with acting(platform, actor, "share.revoke", subject=agreement) as act:
        found = visible(platform, act, actor, agreement)
        if not ANY_PARTY & parties_of(platform, act, actor.person, found):
            raise not_found(agreement)
        revoked = _revoke_all(platform, found.id)
        _record(act, "share.revoke", found, {"revoked": revoked})
    platform.extracts.discard(found.id)
    return len(revoked)


@verb("share.recipients")
def recipients(platform: Platform, actor: Actor, agreement: str) -> Sequence[Recipient]:
    """Return the credentials that an agreement had, newest first, to whoever may see it."""
    with looking(platform, actor, "share.recipients") as look:
        found = visible(platform, look, actor, agreement)
        return platform.store.shares.of(found.id)


@verb("share.exchange")
def exchange(platform: Platform, recipient: str, secret: str) -> tuple[str, int]:
    """Exchange an id and a secret for an access token (RFC 6749, section 4.4).

    Return it and its seconds. Raises `NotSignedIn`, which is recorded.
    """
    with acting(platform, Actor("", Via.SHARING), "share.exchange", subject=recipient[:40]) as act:
        found = platform.store.shares.by_digest(token_digest(secret))
        now = platform.clock.now()
        right = (
            found is not None
            and found.id == recipient
            and found.kind is CredentialKind.OAUTH
            and found.usable(now)
        )
        act.record("share.exchange", "done" if right else "denied", subject=recipient[:40])
    if not right or found is None:
        raise _bad_token()
    admit_recipient(platform, found)
    until = min(now + timedelta(seconds=ACCESS_SECONDS), found.expires)
    fields: Fields = {"recipient": found.id, "until": int(until.timestamp())}
    return sealed(platform.keys.seal_key(), _ACCESS, fields), int((until - now).total_seconds())


def authenticated(platform: Platform, token: str) -> Recipient:
    """Return the recipient that a token stands for. Raises `NotSignedIn`, which is recorded.

    Not a verb: it establishes who acts, as a session does.
    """
    now = platform.clock.now()
    access = opened(platform.keys.seal_key(), _ACCESS, token)
    if access is not None:
        found = platform.store.shares.get(str(access["recipient"]))
        right = int(access["until"]) > now.timestamp()
    else:
        found = platform.store.shares.by_digest(token_digest(token))
        right = found is not None and found.kind is CredentialKind.BEARER
    if found is None or not right or not found.usable(now):
        refused = event(
            platform,
            Actor("", Via.SHARING),
            "share.refused",
            "denied",
            subject=found.id if found else "",
            reason="The token is unknown, expired or revoked.",
        )
        platform.ledger.append(refused)
        raise _bad_token()
    admit_recipient(platform, found)
    return found


def admit_recipient(platform: Platform, recipient: Recipient) -> None:
    """Let one request through, as the recipient's and under its agreement, or raise `Busy`."""
    actor = Actor(recipient.id, Via.SHARING)
    admit(platform, actor)
    admit_under(platform, actor, (recipient.agreement,))


def _bad_token() -> NotSignedIn:
    return NotSignedIn(
        "share.bad_token",
        "The token is unknown, expired or revoked.",
        remedy="Ask whoever holds the agreement for a new profile.",
    )


def _own(platform: Platform, actor: Actor, agreement: str) -> Agreement:
    found = platform.store.agreements.get(agreement)
    if found is None or found.asker != actor.person:
        raise not_found(agreement)
    return found


def _revoke_all(platform: Platform, agreement: str) -> list[str]:
    now = platform.clock.now()
    usable = [r.id for r in platform.store.shares.of(agreement) if r.usable(now)]
    for recipient in usable:
        platform.store.shares.revoke(recipient, now)
    return usable


def _facts(made: Recipient) -> dict[str, str]:
    return {"recipient": made.id, "kind": made.kind.value, "expires": made.expires.isoformat()}


def _record(act: Act, action: str, found: Agreement, details: dict[str, object]) -> None:
    act.record(
        action,
        subject=found.id,
        products=(found.product,),
        agreements=(found.id,),
        purpose=found.purpose,
        details=details,
    )
