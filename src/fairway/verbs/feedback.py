"""Feedback on entries: given by anyone, answered by the owner, closed by either."""

from collections.abc import Sequence

from fairway.nouns.errors import NotFound
from fairway.nouns.feedback import Feedback
from fairway.nouns.people import Actor
from fairway.rules import feedback as rules
from fairway.rules.permissions import allows
from fairway.verbs.acting import Act, Look, acting, looking, refuse, verb
from fairway.verbs.entries import known_entry
from fairway.verbs.ports import Platform

MOST_FEEDBACK = 200


@verb("feedback.give")
def give(platform: Platform, actor: Actor, entry: str, text: str) -> Feedback:
    """Say something of an entry to its owner. Raises `NotFound`, `BadInput`."""
    with acting(platform, actor, "feedback.give", subject=entry) as act:
        about = known_entry(platform, act, entry)
        given = Feedback(
            id=platform.ids.new("F"),
            entry=about.id,
            domain=about.domain if about.product else "",
            by=actor.person,
            at=platform.clock.now(),
            text=rules.checked(text, "text"),
        )
        platform.store.feedback.put(given)
        _record(act, "feedback.give", given)
    return given


@verb("feedback.list")
def of_entry(platform: Platform, actor: Actor, entry: str) -> Sequence[Feedback]:
    """Return the feedback on an entry: one's own, and to those who answer for it all of it."""
    with looking(platform, actor, "feedback.list") as look:
        about = known_entry(platform, look, entry)
        every = platform.store.feedback.find(entry=about.id, limit=MOST_FEEDBACK)
        return tuple(f for f in every if f.by == actor.person or may_answer(look, f))


@verb("feedback.inbox")
def inbox(platform: Platform, actor: Actor) -> Sequence[Feedback]:
    """Return the feedback that one answers for, and one's own, newest first."""
    with looking(platform, actor, "feedback.inbox") as look:
        every = platform.store.feedback.find(domains=_answered_for(look), limit=MOST_FEEDBACK)
        mine = platform.store.feedback.find(by=actor.person, limit=MOST_FEEDBACK)
        found = {f.id: f for f in (*every, *mine)}
        return tuple(sorted(found.values(), key=lambda f: (f.at, f.id), reverse=True))


def _answered_for(look: Look) -> frozenset[str] | None:
    if allows("feedback.answer", look.appointments, look.today, domain=""):
        return None
    held = {a.domain for a in look.appointments if a.domain is not None}
    return frozenset(
        d for d in held if allows("feedback.answer", look.appointments, look.today, domain=d)
    )


@verb("feedback.answer")
def answer(platform: Platform, actor: Actor, feedback: str, text: str) -> Feedback:
    """Answer feedback. Raises `NotFound`, `Conflict` where it is closed, `BadInput`."""
    found = _get(platform, feedback)
    with acting(platform, actor, "feedback.answer", domain=found.domain, subject=found.id) as act:
        made = rules.answered(_get(platform, feedback), actor.person, text, platform.clock.now())
        platform.store.feedback.put(made)
        _record(act, "feedback.answer", made)
    return made


@verb("feedback.close")
def close(platform: Platform, actor: Actor, feedback: str) -> Feedback:
    """Close feedback: who gave it, or who answers for it. Raises `NotFound`, `Conflict`."""
    found = _get(platform, feedback)
    with looking(platform, actor, "feedback.close") as look:
        if found.by != actor.person and not may_answer(look, found):
            refuse(
                platform, actor, "feedback.close", "to have given or to answer it", subject=feedback
            )
    with acting(platform, actor, "feedback.close", subject=found.id) as act:
        made = rules.closed(_get(platform, feedback), platform.clock.now())
        platform.store.feedback.put(made)
        _record(act, "feedback.close", made)
    return made


def may_answer(look: Look, found: Feedback) -> bool:
    """Say whether somebody answers for what feedback is about. Not a verb: a question of verbs."""
    return allows("feedback.answer", look.appointments, look.today, domain=found.domain)


def _record(act: Act, action: str, made: Feedback) -> None:
    act.record(
        action,
        subject=made.id,
        products=(made.entry,) if made.domain else (),
        details={"entry": made.entry, "state": made.state.value},
    )


def _get(platform: Platform, feedback: str) -> Feedback:
    found = platform.store.feedback.get(feedback)
    if found is None:
        raise NotFound(
            "feedback.not_found",
            f"There is no feedback '{feedback[:60]}'.",
            remedy="See it with: fairway entries feedback.",
        )
    return found
