"""Where one is signed in on the web pages, and ending it from elsewhere (OWASP ASVS 5.0, 7.4)."""

from collections.abc import Sequence

from fairway.nouns.errors import NotFound
from fairway.nouns.people import Actor
from fairway.nouns.sessions import Session
from fairway.verbs.acting import acting, looking, verb
from fairway.verbs.ports import Platform


@verb("session.list")
def list_own(platform: Platform, actor: Actor) -> Sequence[Session]:
    """Return the actor's open sessions, the one used last first."""
    with looking(platform, actor, "session.list"):
        return platform.store.sessions.of(actor.person)


@verb("session.end")
def end(platform: Platform, actor: Actor, session: str) -> None:
    """End one of the actor's own sessions. Raises `NotFound`."""
    with acting(platform, actor, "session.end", subject=session) as act:
        if not platform.store.sessions.end(actor.person, session):
            raise NotFound("session.not_found", f"You have no open session {session[:40]}.")
        act.record("session.end", subject=session)


@verb("session.end_all")
def end_all(platform: Platform, actor: Actor) -> int:
    """End every session of the actor, this one too; return how many."""
    with acting(platform, actor, "session.end_all") as act:
        ended = platform.store.sessions.end_all(actor.person)
        act.record("session.end_all", details={"sessions": ended})
        return ended
