"""What a change would do to effective access: who loses or gains what, and what breaks."""

from collections.abc import Callable, Iterable

from fairway.nouns.agreements import Agreement
from fairway.nouns.guardrails import Change, Impact
from fairway.rules.effective import EffectiveAccess, Group, Judge

MOST_CHANGES = 1000
"""Changes that are listed; all of them are counted."""

Row = tuple[str, str, str, str]


def of_judges(access: EffectiveAccess, before: Judge, after: Judge) -> Impact:
    """Say what other guardrails would do to everybody's access.

    `access` has to tell people apart where either of the judges does.
    """
    lost: list[tuple[Group, str]] = []
    gained: list[tuple[Group, str]] = []
    alive: set[str] = set()
    broken: set[str] = set()
    for group in access.groups():
        now, then = before(group.facts), after(group.facts)
        agreement = group.grant.agreement
        if agreement is not None and now.permitted:
            (alive if then.permitted else broken).add(agreement.id)
        if now.permitted and not then.permitted:
            lost.append((group, " ".join(then.reasons)))
        elif then.permitted and not now.permitted:
            gained.append((group, "No guardrail would forbid it any more."))
    return _impact(
        [*_rows(lost, gains=False), *_rows(gained, gains=True)],
        sum(len(g.people) for g, _ in lost),
        sum(len(g.people) for g, _ in gained),
        frozenset(broken - alive),
        [g for g, _ in (*lost, *gained)],
    )


def _rows(groups: Iterable[tuple[Group, str]], *, gains: bool) -> list[Change]:
    changes: list[Change] = []
    for group, why in groups:
        for person in group.people:
            if len(changes) >= MOST_CHANGES:
                return changes
            changes.append(_change(group, person, why, gains=gains))
    return changes


def _change(group: Group, person: str, why: str, *, gains: bool) -> Change:
    agreement = group.grant.agreement
    return Change(
        person=person,
        product=group.grant.product.id,
        purpose=group.purpose,
        agreement="" if agreement is None else agreement.id,
        gains=gains,
        why=why,
    )


def _impact(
    changes: list[Change],
    lost: int,
    gained: int,
    broken: frozenset[str],
    groups: Iterable[Group],
) -> Impact:
    concerned = list(groups)
    return Impact(
        lost=lost,
        gained=gained,
        people=len({person for group in concerned for person in group.people}),
        products=tuple(sorted({group.grant.product.id for group in concerned})),
        broken=tuple(sorted(broken)),
        changes=tuple(changes[:MOST_CHANGES]),
    )


def of_readings(
    before: EffectiveAccess,
    after: EffectiveAccess,
    concerns: Callable[[Agreement], bool] | None = None,
) -> Impact:
    """Say what another reading of the node would do to access under the agreements concerned."""
    had, has = _permitted(before, concerns), _permitted(after, concerns)
    lost = [(had[row], "Nothing would grant it any more.") for row in had if row not in has]
    gained = [(has[row], "It would be granted.") for row in has if row not in had]
    kept = {row[3] for row in has}
    return _impact(
        [*_rows(lost, gains=False), *_rows(gained, gains=True)],
        len(lost),
        len(gained),
        frozenset({row[3] for row in had} - kept - {""}),
        [g for g, _ in (*lost, *gained)],
    )


def _permitted(
    access: EffectiveAccess, concerns: Callable[[Agreement], bool] | None
) -> dict[Row, Group]:
    """Return every row of effective access, each as a group of one."""
    rows: dict[Row, Group] = {}
    for group in access.permitted(access.groups(concerns)):
        agreement = group.grant.agreement
        name = "" if agreement is None else agreement.id
        for person in group.people:
            row = (person, group.grant.product.id, group.purpose, name)
            rows[row] = Group(group.grant, group.purpose, (person,), group.facts)
    return rows
