"""A decision in plain English: what decided, and when denied, what would have to be true instead.

Nothing here decides. `rules.access` and the guardrails do; this puts their answer into words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date

from fairway.nouns.access import Decision, Denial, Effect, Grant
from fairway.nouns.agreements import Agreement, Move, State, Terms
from fairway.nouns.explanations import Circumstances, Explanation, Need, Sight
from fairway.nouns.guardrails import Guardrail
from fairway.nouns.people import Appointment, Role, Team
from fairway.nouns.products import AccessClass, DataProduct
from fairway.nouns.treatments import Kind
from fairway.rules.access import day_text
from fairway.rules.agreements import ENDED, effective_state


def as_of(agreement: Agreement, day: date) -> Agreement | None:
    """Return an agreement as it stood at the end of a day gone by; None before it was made."""
    if agreement.created.astimezone(UTC).date() > day:
        return None
    steps = tuple(s for s in agreement.history if s.at.astimezone(UTC).date() <= day)
    approved = any(s.move is Move.APPROVE for s in steps)
    return replace(
        agreement,
        state=steps[-1].after if steps else State.DRAFT,
        granted=agreement.granted if approved else None,
        history=steps,
    )


def version_of(versions: Sequence[DataProduct], day: date) -> DataProduct | None:
    """Return the version that was current at the end of a day, of versions newest first."""
    return next((v for v in versions if v.published_at.astimezone(UTC).date() <= day), None)


def visible(terms: Terms) -> Terms:
    """Return terms without the columns that they leave out."""
    kept = tuple([c for c in terms.columns if c.treatment.kind is not Kind.DROP])
    if len(kept) == len(terms.columns):
        return terms
    return replace(terms, columns=kept)


def explain(decision: Decision, facts: Circumstances, *, own: bool) -> Explanation:
    """Put a decision on one product into words. `own` speaks to the person, else about them."""
    may = decision.effect is Effect.PERMIT
    subject = "You" if own else _name(facts)
    verb = "may" if may else "may not"
    product, purpose = facts.product.id, facts.purpose
    sentence = f"{subject} {verb} use {product} for {purpose} on {day_text(facts.on)}."
    if may:
        grant = decision.grants[0]
        return Explanation(
            person=facts.asked,
            product=product,
            purpose=purpose,
            on=facts.on,
            effect=decision.effect,
            sentence=sentence,
            reasons=(*decision.reasons, *_grounds(grant, facts)),
            agreements=grant.under,
            terms=visible(grant.terms),
        )
    return Explanation(
        person=facts.asked,
        product=product,
        purpose=purpose,
        on=facts.on,
        effect=decision.effect,
        sentence=sentence,
        reasons=tuple(_spoken(reason, subject, own) for reason in decision.reasons),
        code=decision.denials[0].code,
        needs=_needs(decision.denials[0], facts),
    )


def _name(facts: Circumstances) -> str:
    return facts.asked if facts.person is None else facts.person.name


def _spoken(reason: str, subject: str, own: bool) -> str:
    """Turn a reason that speaks to the person into one that speaks about them."""
    if own:
        return reason
    for yours, theirs in (("You have ", "has"), ("You may ", "may")):
        if reason.startswith(yours):
            return f"{subject} {theirs} {reason.removeprefix(yours)}"
    return reason


def approval(agreement: Agreement) -> str:
    """Say who approved an agreement and when; empty where its history does not tell."""
    made = next((s for s in reversed(agreement.history) if s.move is Move.APPROVE), None)
    if made is None:
        return ""
    on = day_text(made.at.astimezone(UTC).date())
    who = f"{made.person}, in the name of {made.in_name_of}," if made.in_name_of else made.person
    return f"{who} approved {agreement.id} on {on} under {agreement.legal_basis}."


def _grounds(grant: Grant, facts: Circumstances) -> tuple[str, ...]:
    """Return what else a permit stands on: the approval, the appointment, the guardrails."""
    passed = "No guardrail of the hub forbids it."
    if not grant.agreements:
        return (passed,)
    said = (sentence for agreement in grant.agreements for sentence in _made(agreement, facts))
    return (*said, *(_held(a) for a in facts.ownership), passed)


def _made(agreement: Agreement, facts: Circumstances) -> Iterable[str]:
    """Return whom an agreement covers beside its asker, who approved it and who signed it off."""
    team = agreement.team
    by_team = "" if team is None or agreement.asker == facts.asked else _by_team(team, facts)
    return filter(None, (by_team, approval(agreement), _signed_off(agreement)))


def _by_team(team: Team, facts: Circumstances) -> str:
    return f"It covers everyone who is {team}, as {_name(facts)} is."


def _signed_off(agreement: Agreement) -> str:
    step = agreement.sign_off
    if step is None:
        return ""
    on = day_text(step.at.astimezone(UTC).date())
    return f"{step.person} signed it off on {on}, as data protection officer."


def _held(appointment: Appointment) -> str:
    where = f" in {appointment.domain}" if appointment.domain else ""
    return (
        f"{appointment.person} is {appointment.role}{where} since {day_text(appointment.since)},"
        f" appointed by {appointment.appointed_by}."
    )


# ------------------------------------------------------------------ the nearest miss


def _needs(denial: Denial, facts: Circumstances) -> tuple[Need, ...]:
    """Return what would have to be true for a permit, step by step, and who could make it so."""
    product, code = facts.product, denial.code
    if code == "access.stopped":
        return (Need("The stop would have to be lifted.", facts.managers),)
    if code == "access.no_owner":
        return (_owner_appointed(facts),)
    if code == "access.no_person":
        sentence = f"{facts.asked} would need an active account."
        return (Need(sentence, facts.administrators),)
    if code == "access.unknown_purpose":
        sentence = "The purpose would have to be on the hub's list; choose one that is."
        return (Need(sentence, (facts.asked,)),)
    if code == "access.no_such_product":
        return (Need(f"{product.id} would have to be published.", facts.owners),)
    if code == "access.guardrail":
        return _past_a_guardrail(denial.guardrail, facts)
    return _by_agreement(code, facts)


def _past_a_guardrail(guardrail: Guardrail | None, facts: Circumstances) -> tuple[Need, ...]:
    if guardrail is not None and guardrail.remedy:
        able = {
            Role.DATA_PROTECTION_OFFICER: facts.officers,
            Role.DATA_OWNER: facts.owners,
            Role.GOVERNANCE_MANAGER: facts.managers,
            Role.ADMINISTRATOR: facts.administrators,
        }
        people = able.get(guardrail.who, ()) if guardrail.who else (facts.asked,)
        return (Need(guardrail.remedy, people),)
    if facts.product.contract.access is AccessClass.OPEN:
        sentence = f"{facts.product.id} would have to be corrected and published again."
        return (Need(sentence, facts.owners),)
    if not facts.ownership:
        return (_owner_appointed(facts),)
    return (
        Need(
            f"{_name(facts)} would have to ask again, for what the hub's guardrails let through:"
            " fewer columns, stronger treatments or another legal basis.",
            (facts.asked,),
        ),
        _approval_needed(facts),
    )


def _by_agreement(code: str, facts: Circumstances) -> tuple[Need, ...]:
    """Return what an agreement lacks that is on its way, or what a new one needs."""
    usable = code in {"access.no_agreement", "access.other_purpose", "access.agreement_not_active"}
    under_way = next(
        (
            (a, state)
            for a in facts.agreements
            if a.purpose == facts.purpose
            and (state := effective_state(a, facts.on)) not in {*ENDED, State.ACTIVE}
        ),
        None,
    )
    if not usable or under_way is None:
        return _asking(facts)
    agreement, state = under_way
    me = (facts.asked,)
    if state is State.DRAFT:
        return (Need(f"{agreement.id} would have to be submitted.", me), _approval_needed(facts))
    if state is State.SUBMITTED:
        return (_approval_needed(facts),)
    if state is State.IN_QUESTION:
        asked = f"The question about {agreement.id} would have to be answered."
        return (Need(asked, me), _approval_needed(facts))
    if state is State.SUSPENDED:
        keepers = tuple(p for p in (*facts.owners, *facts.managers) if p != facts.asked)
        return (Need(f"{agreement.id} would have to be resumed.", keepers),)
    starts = (agreement.granted or agreement.asked).starts
    return (Need(f"The first day of {agreement.id}, {day_text(starts)}, would have to come.", ()),)


def _asking(facts: Circumstances) -> tuple[Need, ...]:
    """Return the steps of a new request, from where the person stands now."""
    name = _name(facts)
    steps: list[Need] = []
    if not facts.analyst:
        steps.append(Need(f"{name} would have to be appointed analyst.", facts.managers))
    if not facts.ownership:
        steps.append(_owner_appointed(facts))
    asking = f"{name} would have to ask for {facts.product.id} for {facts.purpose}."
    return (*steps, Need(asking, (facts.asked,)), _approval_needed(facts))


def _owner_appointed(facts: Circumstances) -> Need:
    owner, domain = facts.product.contract.owner, facts.product.domain
    return Need(f"{owner} would have to be appointed data owner in {domain}.", facts.managers)


def _approval_needed(facts: Circumstances) -> Need:
    """Say that an owner has to approve. Nobody decides on their own request."""
    owners, asked = facts.owners, facts.asked
    others = tuple(o for o in owners if o != asked) if asked in owners else owners
    return Need(f"A data owner of {facts.product.domain} would have to approve it.", others)


# ------------------------------------------------------------------ who sees what


def sight(grant: Grant, person: str, name: str, purposes: tuple[str, ...]) -> Sight:
    """Return one way in which a product is seen, from the grant that allows it."""
    product, agreement = grant.product, grant.agreement
    if agreement is None:
        why = f"{product.id} is open to everyone who is signed in."
    else:
        until = f"Agreement {agreement.id}, until {day_text(grant.terms.ends)}."
        why = f"{until} {approval(agreement)}".rstrip()
    return Sight(
        person=person,
        name=name,
        product=product.id,
        title=product.contract.title,
        purposes=purposes,
        agreement=agreement.id if agreement else None,
        terms=visible(grant.terms),
        why=why,
    )
