"""Hearing letters: what another node tells of an agreement, done here as far as it may be.

The asker's node may ask, answer, withdraw and end; the owner's may decide. Either may suspend, and
only who suspended may resume. Everything told is checked as if a person had typed it here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from fairway.nouns.agreements import Agreement, Move, Party, State, Step, Terms
from fairway.nouns.errors import BadInput, Conflict, NotFound, Refused
from fairway.nouns.peers import Heard, LetterKind, Peer
from fairway.rules import agreements as agreement_rules
from fairway.rules import peers as rules
from fairway.rules.entries import is_for_partners
from fairway.verbs import seals
from fairway.verbs.acting import Act, acting, verb
from fairway.verbs.agreements import moved, recorded, settled
from fairway.verbs.asking import (
    Asking,
    asked_terms,
    check_complete,
    check_lists,
    check_text,
    raise_first,
    read_columns,
    read_scope,
)
from fairway.verbs.peers import actor_of, lies_elsewhere
from fairway.verbs.ports import Platform
from fairway.verbs.products import get as get_product
from fairway.verbs.products import needs_agreement, owner_answers
from fairway.verbs.told import read, text

_MOST_COLUMNS = 2_000


@verb("peer.hear")
def hear(platform: Platform, heard: Heard) -> Mapping[str, Any]:
    """Do what a peer's letter tells, once, and return what it needs to know.

    Raises `BadInput` for what cannot be read, `NotFound`, `Conflict` and `Refused` for what may not
    be done; then nothing is changed, and the refusal is the answer.
    """
    said = read(heard)
    letter, agreement = text(said, "letter", 40), text(said, "agreement", 40)
    rules.check_told(agreement=agreement)
    actor = actor_of(heard, text(said, "person", 63))
    kinds: Mapping[str, Callable[[Act, Peer, Mapping[str, Any]], Agreement]] = {
        LetterKind.ASK.value: _asked,
        LetterKind.MOVE.value: _moved,
    }
    do = kinds.get(text(said, "kind", 20))
    if do is None or not letter:
        raise BadInput("peer.bad_letter", "This letter cannot be read.", field="kind")
    known = platform.store.agreements.get(agreement)
    with acting(platform, actor, "peer.hear", subject=agreement) as act:
        if platform.store.peers.heard(heard.peer.id, letter, platform.clock.now()):
            known = do(act, heard.peer, said)
        else:
            act.record("letter.again", subject=letter, agreements=(agreement,))
    seal = platform.store.peers.seal(agreement)
    if known is None or not seals.with_peer(known, heard.peer, platform):
        raise _no_agreement()
    return {
        "state": known.state.value,
        "hash": seal.hash if seal else "",
        "signature": seal.consumer_signature if seal else "",
    }


# ------------------------------------------------------------------ reading


def _day(said: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(text(said, name, 10))
    except ValueError:
        raise BadInput("peer.bad_letter", f"The field {name} is not a day.", field=name) from None


def _columns(said: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    written = said.get("columns")
    if not isinstance(written, list) or len(written) > _MOST_COLUMNS:
        raise BadInput("peer.bad_letter", "The columns cannot be read.", field="columns")
    read_so = []
    for pair in written:
        if (
            not isinstance(pair, list)
            or len(pair) != 2
            or not all(isinstance(part, str) and len(part) <= 200 for part in pair)
        ):
            raise BadInput("peer.bad_letter", "The columns cannot be read.", field="columns")
        read_so.append((pair[0], pair[1]))
    return read_so


# ------------------------------------------------------------------ a request from another node


def _asked(act: Act, peer: Peer, said: Mapping[str, Any]) -> Agreement:
    """Take a request of a peer's person; the owner here will find it in the inbox."""
    platform = act.platform
    asking = Asking(
        product=text(said, "product", 200),
        columns=tuple(_columns(said)),
        scope=text(said, "rows", 10_000),
        purpose=text(said, "purpose", 100),
        legal_basis=text(said, "legal_basis", 100),
        necessity=text(said, "necessity"),
        starts=_day(said, "starts"),
        ends=_day(said, "ends"),
    )
    agreement = text(said, "agreement", 40)
    if not agreement or not rules.own_name(act.actor.person):
        raise BadInput("peer.bad_letter", "The request names no agreement, or no person.")
    if platform.store.agreements.get(agreement) is not None:
        raise Conflict("peer.agreement_exists", f"There is an agreement {agreement} already.")
    product = get_product(platform, asking.product)
    if lies_elsewhere(product) or not is_for_partners(product):
        raise NotFound("product.not_found", f"There is no data product '{product.id}' to ask for.")
    if not needs_agreement(product):
        raise Conflict("agreement.not_needed", f"{product.id} is open and needs no agreement.")
    check_lists(platform, asking)
    check_text(asking.necessity, "necessity")
    draft = Agreement(
        id=agreement,
        product=product.id,
        asker=act.actor.person,
        purpose=asking.purpose,
        legal_basis=asking.legal_basis,
        necessity=asking.necessity,
        asked=asked_terms(asking, product, act.today),
        granted=None,
        state=State.DRAFT,
        created=platform.clock.now(),
    )
    check_complete(draft, act.today)
    if not owner_answers(platform, product):
        raise Refused("agreement.no_owner", f"{product.id} has no appointed data owner.")
    step = Step(
        draft.created,
        act.actor.person,
        Move.SUBMIT,
        State.DRAFT,
        State.SUBMITTED,
        f"From {peer.id}.",
    )
    made = replace(draft, state=State.SUBMITTED, history=(step,))
    platform.store.agreements.put(made)
    recorded(act, "agreement.submit", made)
    return made


# ------------------------------------------------------------------ a move of the other node


def _moved(act: Act, peer: Peer, said: Mapping[str, Any]) -> Agreement:
    """Make the move that a peer tells of, if it is the peer's to make."""
    platform = act.platform
    found = platform.store.agreements.get(text(said, "agreement", 40))
    if found is None or not seals.with_peer(found, peer, platform) or found.state is State.DRAFT:
        raise _no_agreement()
    found = settled(act, found)
    try:
        made = Move(text(said, "move", 20))
    except ValueError:
        raise BadInput("peer.bad_letter", "There is no such move.", field="move") from None
    note = text(said, "note").strip()
    party = rules.told_by(found, peer.id).get(made)
    if party is None or (party is Party.ASKER and act.actor.person != found.asker):
        raise Refused("peer.not_their_move", f"The node {peer.id} may not {made} this agreement.")
    if made is Move.RESUME and not rules.may_resume(found, peer.id):
        raise Refused(
            "peer.other_side_suspended", "Only the node that suspended an agreement resumes it."
        )
    if made not in agreement_rules.moves(found.state, {party}):
        raise Conflict(
            "agreement.wrong_state", f"Agreement {found.id} is {found.state}; it cannot {made} now."
        )
    if made in agreement_rules.NEEDS_NOTE and not note:
        raise BadInput("agreement.note_missing", "A reason is missing.", field="note")
    if made is Move.APPROVE:
        found = _granted(act, peer, found, said)
    return settled(act, moved(act, found, made, note, person=act.actor.person))


def _granted(act: Act, peer: Peer, found: Agreement, said: Mapping[str, Any]) -> Agreement:
    """Return the agreement as the source granted it, signed by both; never more than was asked."""
    platform = act.platform
    product = get_product(platform, found.product)
    terms = Terms(
        read_columns(_columns(said), product),
        read_scope(text(said, "rows", 10_000), product),
        _day(said, "starts"),
        _day(said, "ends"),
    )
    raise_first(agreement_rules.approvable(found, terms, product))
    granted = replace(found, granted=terms)
    seal = seals.countersigned(platform, granted, peer, text(said, "signature", 128))
    if seal.hash != text(said, "hash", 64):
        raise Refused(
            "peer.agreement_differs", f"The text of agreement {found.id} differs between the nodes."
        )
    seals.keep(act, seal, granted)
    return granted


def _no_agreement() -> NotFound:
    return NotFound("agreement.not_found", "There is no such agreement between these nodes.")
