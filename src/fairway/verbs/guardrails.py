"""The hub's guardrails: read, propose, review by a second person, look at the impact, publish."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fairway.nouns.errors import BadInput, Conflict, NotFound, Refused
from fairway.nouns.guardrails import Example, Guardrail, GuardrailVersion, Impact, VersionState
from fairway.nouns.people import Actor
from fairway.rules import guardrails as rules
from fairway.rules.effective import EffectiveAccess
from fairway.rules.impact import of_judges
from fairway.verbs.acting import acting, looking, verb
from fairway.verbs.ports import Platform
from fairway.verbs.reading import reading_of


@dataclass(frozen=True, slots=True)
class InForce:
    """What is in force. `version` is None for the guardrails that come with the code."""

    version: GuardrailVersion | None
    guardrails: tuple[Guardrail, ...]
    policies: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class VersionPage:
    """A version, its policies in plain English, and which of its examples fail."""

    version: GuardrailVersion
    guardrails: tuple[Guardrail, ...]
    failures: tuple[str, ...]


@verb("guardrail.list")
def in_force(platform: Platform, actor: Actor) -> InForce:
    """Return the guardrails in force, in plain English. Everyone may know the rules."""
    with looking(platform, actor, "guardrail.list"):
        policies, examples = platform.guardrails.current()
        return InForce(
            version=platform.store.guardrails.published(),
            guardrails=tuple(platform.guardrails.read(policies)),
            policies=policies,
            examples=examples,
        )


@verb("guardrail.show")
def show(platform: Platform, actor: Actor, version: str) -> VersionPage:
    """Return a version with its policies in English. Raises `NotFound`."""
    with looking(platform, actor, "guardrail.show"):
        found = _get(platform, version)
        judge = platform.guardrails.judge(found.policies)
        return VersionPage(
            version=found,
            guardrails=tuple(platform.guardrails.read(found.policies)),
            failures=rules.failures(judge, found.examples),
        )


@verb("guardrail.versions")
def list_versions(platform: Platform, actor: Actor) -> Sequence[GuardrailVersion]:
    """Return every version, newest first."""
    with looking(platform, actor, "guardrail.versions"):
        return platform.store.guardrails.all()


@verb("guardrail.propose")
def propose(
    platform: Platform, actor: Actor, policies: str, examples: Any, note: str
) -> GuardrailVersion:
    """Propose all of the hub's guardrails anew, with their examples and what the change is for.

    Raises `BadInput` for policies that do not parse, do not fit the schema strictly, name nobody
    that there is, are not complete, or do not answer their own examples.
    """
    with acting(platform, actor, "guardrail.propose") as act:
        if not 0 < len(note.strip()) <= rules.LONGEST_NOTE:
            raise BadInput("guardrail.no_note", "Say what the change is for.", field="note")
        read = rules.read_examples(examples)
        _check(platform, policies, read)
        made = GuardrailVersion(
            id=platform.ids.new("GR"),
            policies=policies,
            examples=read,
            state=VersionState.DRAFT,
            note=note.strip(),
            proposed_by=actor.person,
            proposed_at=platform.clock.now(),
        )
        platform.store.guardrails.put(made)
        act.record("guardrail.propose", subject=made.id, reason=made.note)
    return made


def _check(platform: Platform, policies: str, examples: Sequence[Example]) -> None:
    """Raise `BadInput` for the first thing that is wrong with policies and their examples."""
    guardrails = platform.guardrails.read(policies)
    rules.check_whole(guardrails, examples)
    for kind, name in sorted(platform.guardrails.names(policies)):
        known = (
            platform.store.people.get(name)
            if kind == "Person"
            else platform.store.products.get(name)
        )
        if known is None:
            raise BadInput(
                "guardrail.unknown_entity",
                f"A guardrail names {kind} '{name[:63]}', which there is not.",
                remedy="Correct the name.",
            )
    failed = rules.failures(platform.guardrails.judge(policies), examples)
    if failed:
        raise BadInput(
            "guardrail.example_fails",
            f"The guardrails do not answer their own examples: {failed[0]}",
            remedy="Correct the policy or the example.",
        )


@verb("guardrail.review")
def review(platform: Platform, actor: Actor, version: str, note: str = "") -> GuardrailVersion:
    """Say, as a second person, that a proposal is right. Raises `Refused` to who proposed it."""
    with acting(platform, actor, "guardrail.review", subject=version) as act:
        found = _get(platform, version, VersionState.DRAFT)
        if actor.person == found.proposed_by:
            raise Refused(
                "guardrail.own_proposal",
                "Nobody reviews their own proposal.",
                remedy="Ask another governance manager or a data protection officer.",
            )
        now = platform.clock.now()
        made = replace(
            found, state=VersionState.REVIEWED, reviewed_by=actor.person, reviewed_at=now
        )
        platform.store.guardrails.put(made)
        act.record("guardrail.review", subject=made.id, reason=note.strip()[: rules.LONGEST_NOTE])
    return made


@verb("guardrail.withdraw")
def withdraw(platform: Platform, actor: Actor, version: str) -> GuardrailVersion:
    """Withdraw a proposal that is not published."""
    with acting(platform, actor, "guardrail.withdraw", subject=version) as act:
        found = _get(platform, version, VersionState.DRAFT, VersionState.REVIEWED)
        made = replace(found, state=VersionState.WITHDRAWN)
        platform.store.guardrails.put(made)
        act.record("guardrail.withdraw", subject=made.id)
    return made


@verb("guardrail.impact")
def impact(platform: Platform, actor: Actor, version: str) -> Impact:
    """Say who would lose or gain what by a version, and which live agreements would break.

    It compares everybody's effective access under what is in force and under the version.
    """
    with looking(platform, actor, "guardrail.impact"):
        return _impact(platform, _get(platform, version))


def _impact(platform: Platform, version: GuardrailVersion) -> Impact:
    today = platform.clock.now().date()
    before = platform.guardrails.judge(platform.guardrails.current()[0])
    after = platform.guardrails.judge(version.policies)
    personal = before.personal or after.personal
    access = EffectiveAccess(reading_of(platform, today), before, personal=personal)
    return of_judges(access, before, after)


@verb("guardrail.publish")
def publish(
    platform: Platform, actor: Actor, version: str, *, accept_broken: bool = False
) -> Impact:
    """Publish a reviewed version: signed by the node, in force in every process at once.

    Raises `Conflict` when live agreements would break, unless that is accepted. Returns the
    impact that it had.
    """
    with looking(platform, actor, "guardrail.publish"):
        found = _get(platform, version, VersionState.REVIEWED)
        _check(platform, found.policies, found.examples)
        effect = _impact(platform, found)  # takes long: not in the transaction others wait for
    if effect.broken and not accept_broken:
        raise Conflict(
            "guardrail.breaks_agreements",
            f"{len(effect.broken)} live agreement{'s'[: len(effect.broken) > 1]} could not be used"
            f" any more, among them {', '.join(effect.broken[:3])}.",
            remedy="Look at the impact; then publish and accept it, or withdraw the proposal.",
        )
    with acting(platform, actor, "guardrail.publish", subject=version) as act:
        found = _get(platform, version, VersionState.REVIEWED)
        before = platform.store.guardrails.published()
        if before is not None:
            platform.store.guardrails.put(replace(before, state=VersionState.SUPERSEDED))
        made = replace(
            found,
            state=VersionState.PUBLISHED,
            published_by=actor.person,
            published_at=platform.clock.now(),
            until=rules.relied_on_until(act.today),
        )
        made = replace(made, signature=platform.guardrails.sign(made))
        platform.store.guardrails.put(made)
        act.record(
            "guardrail.publish",
            subject=made.id,
            reason=made.note,
            agreements=effect.broken[:100],
            details={
                "signature": made.signature,
                "lost": effect.lost,
                "gained": effect.gained,
                "broken": len(effect.broken),
                "until": made.until.isoformat() if made.until else None,
                "replaces": before.id if before else "",
            },
        )
    return effect


def _get(platform: Platform, version: str, *states: VersionState) -> GuardrailVersion:
    found = platform.store.guardrails.get(version)
    if found is None:
        raise NotFound(
            "guardrail.not_found",
            f"There is no version '{version[:40]}' of the guardrails.",
            remedy="See them with: fairway guardrail versions.",
        )
    if states and found.state not in states:
        raise Conflict(
            "guardrail.wrong_state",
            f"Version {found.id} is {found.state}; it would have to be {' or '.join(states)}.",
            remedy="A proposal is reviewed by a second person, then published.",
        )
    return found
