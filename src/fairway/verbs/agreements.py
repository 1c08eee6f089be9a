"""Agreements: ask, submit, decide, and every other move in their life."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fairway.nouns.access import Decision, Effect, Grant
from fairway.nouns.agreements import Agreement, Move, Party, State, Step, Terms
from fairway.nouns.errors import BadInput, Conflict, NotFound, Refused
from fairway.nouns.peers import Peer, Seal
from fairway.nouns.people import Actor, Person, Role
from fairway.nouns.products import DataProduct
from fairway.nouns.purposes import LegalBasis, Purpose
from fairway.rules import agreements as rules
from fairway.rules import scopes
from fairway.rules.access import covers, guardrail_facts, judged
from fairway.rules.duties import in_name_of, parties
from fairway.rules.peers import may_resume
from fairway.rules.permissions import roles_of, teams_of
from fairway.verbs import letters
from fairway.verbs.access import agreements_of
from fairway.verbs.acting import SYSTEM, Act, Look, acting, check_proof, looking, verb
from fairway.verbs.asking import (
    Asking,
    Granting,
    asked_team,
    asked_terms,
    check_complete,
    check_lists,
    check_text,
    raise_first,
    read_columns,
    read_scope,
)
from fairway.verbs.peers import counterpart
from fairway.verbs.ports import Platform
from fairway.verbs.products import get as get_product
from fairway.verbs.products import known as known_product
from fairway.verbs.products import needs_agreement, owner_answers, owner_current

CALENDAR = "calendar"
"""Who made a move that nobody made: its day had come."""


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """An agreement with what a reader needs beside it.

    `state` is the one that counts today. `moves` are those the reader may make. `objections` are
    the hub guardrails' sentences against what is asked, empty when there are none. `peer` is the
    other node of an agreement between two, and `seal` what both signed.
    """

    agreement: Agreement
    state: State
    product: DataProduct
    asker: Person | None
    purpose: Purpose | None
    legal_basis: LegalBasis | None
    moves: tuple[Move, ...]
    parties: frozenset[Party]
    objections: tuple[str, ...]
    peer: Peer | None = None
    seal: Seal | None = None


@verb("agreement.draft")
def draft(
    platform: Platform, actor: Actor, asking: Asking, agreement: str | None = None
) -> Agreement:
    """Make a draft, or replace the text of one's own draft. Checks what is given, as far as given.

    Raises `NotFound` for an unknown product, `BadInput` for a column, treatment, scope, purpose or
    legal basis that cannot be, `Conflict` for a product that needs no agreement.
    """
    with acting(platform, actor, "agreement.draft", subject=agreement or "") as act:
        product = known_product(platform, act, asking.product)
        if not needs_agreement(product):
            raise Conflict(
                "agreement.not_needed",
                f"{product.id} is open: everyone who is signed in may use it.",
                remedy="Query it at once, with a purpose.",
            )
        check_lists(platform, asking)
        check_text(asking.necessity, "necessity")
        terms = asked_terms(asking, product, act.today)
        old = _own_draft(platform, actor, agreement) if agreement else None
        made = Agreement(
            id=old.id if old else platform.ids.new("AG"),
            product=product.id,
            asker=actor.person,
            purpose=asking.purpose,
            legal_basis=asking.legal_basis,
            necessity=asking.necessity.strip(),
            asked=terms,
            granted=None,
            state=State.DRAFT,
            created=old.created if old else platform.clock.now(),
            team=asked_team(asking, act.appointments, act.today),
            onward=asking.onward,
        )
        platform.store.agreements.put(made)
        recorded(act, "agreement.draft", made)
    return made


def _own_draft(platform: Platform, actor: Actor, agreement: str) -> Agreement:
    found = platform.store.agreements.get(agreement)
    if found is None or found.asker != actor.person:
        raise not_found(agreement)
    if found.state is not State.DRAFT:
        raise Conflict(
            "agreement.not_a_draft",
            f"Agreement {agreement} is {found.state}; only a draft can be changed.",
            remedy="Withdraw it and ask again.",
        )
    return found


def not_found(agreement: str) -> NotFound:
    """Return what is said of an agreement that does not exist, or may not be seen."""
    return NotFound(
        "agreement.not_found",
        f"There is no agreement '{agreement[:40]}' that you may see.",
        remedy="See yours with: fairway agreements.",
    )


@verb("agreement.submit")
def submit(platform: Platform, actor: Actor, agreement: str) -> Agreement:
    """Submit one's own draft to the product's owner. Raises `BadInput` for what is missing."""
    with acting(platform, actor, "agreement.submit", subject=agreement) as act:
        found = _own_draft(platform, actor, agreement)
        product = get_product(platform, found.product)
        check_complete(found, act.today)
        raise_first(rules.inapplicable(found.asked, product))
        if not owner_answers(platform, product):
            raise Refused(
                "agreement.no_owner",
                f"{product.id} has no appointed data owner, so nobody can decide.",
                remedy="Ask a governance manager to have an owner appointed.",
            )
        made = moved(act, found, Move.SUBMIT, "")
    letters.deliver(platform, made)
    return platform.store.agreements.get(made.id) or made


@verb("agreement.move")
def move(
    platform: Platform,
    actor: Actor,
    agreement: str,
    made: Move,
    note: str = "",
    granting: Granting | None = None,
) -> Agreement:
    """Make any move but submit: question, answer, approve, refuse, withdraw, suspend, resume, end.

    `note` is the question, answer or reason. `granting` narrows an approval. Raises `Refused` when
    the actor is not a party who may, `Conflict` when the state does not lead there, `BadInput` when
    words or terms are missing or more than asked.
    """
    check_text(note, "note")
    if made in rules.PROVED:
        check_proof(platform, actor, "agreement.move", subject=agreement)
    with acting(platform, actor, "agreement.move", subject=agreement) as act:
        found = visible(platform, act, actor, agreement)
        after = make_move(act, found, made, note, granting)
    letters.deliver(platform, after)
    return after


def make_move(
    act: Act, found: Agreement, made: Move, note: str, granting: Granting | None = None
) -> Agreement:
    """Make a move in an open act, as `move` does. Not a verb: a step of verbs."""
    found = settled(act, found)
    _check_party(act, act.actor, found, made)
    if made in rules.NEEDS_NOTE and not note.strip():
        raise BadInput(
            "agreement.note_missing",
            f"To {made} an agreement you must say why, in words.",
            remedy="Add a note.",
            field="note",
        )
    if made is Move.APPROVE:
        found = _approve(act.platform, act, found, granting or Granting())
    return settled(act, moved(act, found, made, note.strip()))


def _approve(platform: Platform, act: Act, found: Agreement, granting: Granting) -> Agreement:
    product = get_product(platform, found.product)
    asked = found.asked
    terms = Terms(
        asked.columns if granting.columns is None else read_columns(granting.columns, product),
        scopes.narrow(asked.scope, read_scope(granting.scope, product)),
        granting.starts or asked.starts,
        granting.ends or asked.ends,
    )
    raise_first(rules.approvable(found, terms, product))
    if terms.ends < act.today:
        raise BadInput("agreement.over", "The last day has already passed.", field="ends")
    objections = _objections(platform, replace(found, granted=terms), product)
    if objections:
        raise Refused(
            "agreement.guardrail",
            objections[0],
            remedy="Grant less, or refuse; the hub's guardrails cannot be overridden.",
        )
    return replace(found, granted=terms)


def _objections(platform: Platform, agreement: Agreement, product: DataProduct) -> tuple[str, ...]:
    purpose = platform.store.purposes.get(agreement.purpose)
    asker = platform.store.people.get(agreement.asker)
    if purpose is None or asker is None:
        return ()
    today = platform.clock.now().date()
    grant = Grant(product, agreement.granted or agreement.asked, (agreement,))
    facts = guardrail_facts(
        grant,
        person=asker,
        purpose=purpose,
        basis=platform.store.purposes.legal_basis(agreement.legal_basis),
        owner_current=owner_answers(platform, product),
        today=today,
        roles=roles_of(platform.store.people.appointments(person=asker.id), today),
        managed_device=True,  # known only when the data is used
    )
    permit = Decision(Effect.PERMIT, (), grants=(grant,))
    decision, _ = judged(permit, lambda _: facts, platform.guardrails.verdict)
    return decision.reasons


def parties_of(
    platform: Platform, look: Look, person: str, agreement: Agreement
) -> frozenset[Party]:
    """Return what a person is to an agreement. A delegate counts while the owner does."""
    held = [
        a
        for a in look.appointments
        if not a.acts_for or owner_current(platform, a.acts_for, a.domain or "", look.today)
    ]
    return parties(person, held, agreement, look.today)


def visible(platform: Platform, look: Look, actor: Actor, agreement: str) -> Agreement:
    """Return an agreement that the actor may see: a party, one whom it covers, or an auditor.

    Raises `NotFound` for anybody else, in the words for one that does not exist.
    """
    found = platform.store.agreements.get(agreement)
    if found is None:
        raise not_found(agreement)
    held = parties_of(platform, look, actor.person, found)
    reader = covers(found, actor.person, teams_of(look.appointments, look.today))
    if not held and not reader and Role.AUDITOR not in look.roles():
        raise not_found(agreement)
    if found.state is State.DRAFT and Party.ASKER not in held:
        raise not_found(agreement)
    return found


def _check_party(act: Act, actor: Actor, found: Agreement, made: Move) -> None:
    if rules.next_state(found.state, made) is None or made is Move.SUBMIT:
        raise Conflict(
            "agreement.wrong_state",
            f"Agreement {found.id} is {found.state}; it cannot {made} now.",
            remedy="See what can be done with: fairway agreements.",
        )
    if made is Move.RESUME and not may_resume(found):
        raise Refused(
            "peer.other_side_suspended",
            f"The other node suspended agreement {found.id}, and only it can resume it.",
            remedy="Ask its governance manager or data owner.",
        )
    if made not in rules.moves(found.state, parties_of(act.platform, act, actor.person, found)):
        own = " Nobody decides on their own request." if actor.person == found.asker else ""
        raise Refused(
            "agreement.not_your_move",
            f"{actor.person} may not {made} agreement {found.id}.{own}",
            remedy="Ask a person who may.",
        )


def settled(act: Act, found: Agreement) -> Agreement:
    """Write the moves that the calendar asks for; each is on the record as the calendar's.

    Not a verb: a step of verbs.
    """
    while (due := rules.due(found, act.today)) is not None:
        found = moved(act, found, due, "", person=CALENDAR)
    return found


def moved(
    act: Act, found: Agreement, made: Move, note: str, person: str | None = None
) -> Agreement:
    """Make a move and record it. Not a verb: a step of verbs.

    The other node is told, unless somebody else than the actor made the move: the calendar, which
    that node has too, or that node itself.
    """
    after, _ = rules.TRANSITIONS[(found.state, made)]  # callers have seen that it is there
    by = person or act.actor.person
    owner = "" if person else _owner_for(act, found)
    step = Step(act.platform.clock.now(), by, made, found.state, after, note, owner)
    result = replace(found, state=after, history=(*found.history, step))
    act.platform.store.agreements.put(result)
    recorded(act, f"agreement.{made.value}", result, note, by_calendar=person == CALENDAR)
    if person is None:
        letters.write(act, result, made, note, found.state)
    return result


def _owner_for(act: Act, found: Agreement) -> str:
    """Return the data owner in whose name the actor decides, empty where in nobody's."""
    product = act.platform.store.products.get(found.product)
    if product is None or act.actor.person == found.asker:
        return ""
    owner, held = product.contract.owner, act.appointments
    return in_name_of(act.actor.person, held, product.domain, owner, act.today)


def recorded(
    act: Act, action: str, agreement: Agreement, note: str = "", *, by_calendar: bool = False
) -> None:
    """Put an agreement as it stands on the record. Not a verb: a step of verbs.

    What the calendar did is recorded under the system's name, with who touched the agreement then.
    """
    terms = agreement.granted or agreement.asked
    touched = {"touched_by": act.actor.person} if by_calendar else {}
    act.record(
        action,
        by=SYSTEM if by_calendar else None,
        subject=agreement.id,
        products=(agreement.product,),
        agreements=(agreement.id,),
        purpose=agreement.purpose,
        columns=tuple(f"{agreement.product}.{c.name}" for c in terms.columns),
        reason=note,
        details={
            "state": agreement.state.value,
            "asker": agreement.asker,
            "team": str(agreement.team or ""),
            "in_name_of": agreement.history[-1].in_name_of if agreement.history else "",
            "legal_basis": agreement.legal_basis,
            "treatments": {c.name: str(c.treatment) for c in terms.columns},
            "scope": scopes.to_text(terms.scope) if terms.scope else "",
            "starts": terms.starts.isoformat(),
            "ends": terms.ends.isoformat(),
            **touched,
        },
    )


@verb("agreement.show")
def show(platform: Platform, actor: Actor, agreement: str) -> AgreementPage:
    """Return an agreement's page. Raises `NotFound` for those who are no party to it."""
    with looking(platform, actor, "agreement.show") as look:
        return _page(platform, look, actor, visible(platform, look, actor, agreement))


def _page(platform: Platform, look: Look, actor: Actor, found: Agreement) -> AgreementPage:
    product = get_product(platform, found.product)
    state = rules.effective_state(found, look.today)
    parties = parties_of(platform, look, actor.person, found)
    moves = rules.moves(state, parties)
    return AgreementPage(
        agreement=found,
        state=state,
        product=product,
        asker=platform.store.people.get(found.asker),
        purpose=platform.store.purposes.get(found.purpose),
        legal_basis=platform.store.purposes.legal_basis(found.legal_basis),
        # it can be signed off again, but nothing waits for that
        moves=tuple(m for m in moves if m is not Move.SIGN_OFF or found.sign_off is None),
        parties=parties,
        objections=_objections(platform, found, product),
        peer=counterpart(platform, found.product, found.asker),
        seal=platform.store.peers.seal(found.id),
    )


@verb("agreement.list")
def list_mine(platform: Platform, actor: Actor) -> Sequence[AgreementPage]:
    """Return the actor's own agreements and those of their teams, newest first."""
    with looking(platform, actor, "agreement.list") as look:
        mine = agreements_of(platform, actor.person, look.appointments, look.today)
        return [_page(platform, look, actor, a) for a in mine]


@verb("agreement.inbox")
def inbox(platform: Platform, actor: Actor) -> Sequence[AgreementPage]:
    """Return the agreements on products of the domains in which the actor is owner or deputy.

    A data protection officer sees those of every domain. Those that wait for a decision come
    first. Drafts are their askers' own.
    """
    with looking(platform, actor, "agreement.inbox") as look:
        domains = {
            a.domain
            for a in look.appointments
            if a.current(look.today) and a.role in {Role.DATA_OWNER, Role.DEPUTY} and a.domain
        }
        if Role.DATA_PROTECTION_OFFICER in look.roles():
            domains = {domain.id for domain in platform.store.people.domains()}
        found = [
            a
            for domain in sorted(domains)
            for a in platform.store.agreements.find(domain=domain)
            if a.state is not State.DRAFT
        ]
        pages = [_page(platform, look, actor, a) for a in found]
        waiting = (State.SUBMITTED, State.IN_QUESTION)
        return sorted(
            pages, key=lambda p: (p.state not in waiting, -p.agreement.created.timestamp())
        )


def settle_all(platform: Platform, actor: Actor) -> int:
    """Write every calendar move that is due; return how many. Run by the node, not by a person."""
    count = 0
    today = platform.clock.now().date()
    granted = (State.APPROVED, State.ACTIVE, State.SUSPENDED)
    for found in platform.store.agreements.find(states=granted):
        if rules.due(found, today) is None:
            continue
        with platform.store.transaction():
            act = Act(None, (), today, platform=platform, actor=actor)
            settled(act, platform.store.agreements.get(found.id) or found)  # as it is by now
            count += act.recorded
    return count
