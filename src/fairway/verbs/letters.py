"""Letters: what one node has to tell another about an agreement, until it has arrived.

A letter is written in the transaction of the move that it tells of, and delivered after it: at
once, and again by the node's own clock until the peer has answered. Letters go in order; each is
heard once.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fairway.nouns.agreements import Agreement, Move, State, Step
from fairway.nouns.errors import FairwayError
from fairway.nouns.peers import Letter, LetterKind, Peer
from fairway.rules import agreements as agreement_rules
from fairway.rules import peers as rules
from fairway.rules.scopes import to_text
from fairway.verbs import seals
from fairway.verbs.acting import SYSTEM, Act
from fairway.verbs.peers import ask_json, counterpart, troubled
from fairway.verbs.ports import Platform


def write(act: Act, agreement: Agreement, made: Move, note: str, before: State) -> None:
    """Write the letter that tells the other node of a move, in the transaction of the move."""
    peer = counterpart(act.platform, agreement.product, agreement.asker)
    if peer is None or not rules.worth_telling(agreement, made):
        return
    if before is State.DRAFT and made is not Move.SUBMIT:
        return  # the other node never heard of it
    said: dict[str, Any] = {"agreement": agreement.id, "person": rules.own_name(act.actor.person)}
    if made is Move.SUBMIT:
        said |= _asked(agreement)
    else:
        said |= {"move": made.value, "note": note}
    if made is Move.APPROVE:
        seal = seals.begun(act.platform, agreement, peer)
        act.platform.store.peers.put_seal(seal)
        said |= _terms(agreement) | {"hash": seal.hash, "signature": seal.source_signature}
    act.platform.store.peers.post(
        Letter(
            id=act.platform.ids.new("L"),
            peer=peer.id,
            agreement=agreement.id,
            kind=LetterKind.ASK if made is Move.SUBMIT else LetterKind.MOVE,
            payload=said,
            written=act.platform.clock.now(),
        )
    )


def _asked(agreement: Agreement) -> dict[str, Any]:
    return {
        "product": agreement.product,
        "purpose": agreement.purpose,
        "legal_basis": agreement.legal_basis,
        "necessity": agreement.necessity,
        **_terms(agreement),
    }


def _terms(agreement: Agreement) -> dict[str, Any]:
    terms = agreement.granted or agreement.asked
    return {
        "columns": [[c.name, str(c.treatment)] for c in terms.columns],
        "rows": to_text(terms.scope) if terms.scope else "",
        "starts": terms.starts.isoformat(),
        "ends": terms.ends.isoformat(),
    }


# ------------------------------------------------------------------ delivering


def deliver(platform: Platform, agreement: Agreement) -> None:
    """Deliver what waits for the other node of an agreement, if there is one."""
    peer = counterpart(platform, agreement.product, agreement.asker)
    if peer is not None:
        deliver_to(platform, peer)


def deliver_all(platform: Platform) -> int:
    """Deliver what waits for any peer; return how many arrived. Run by the node, not a person."""
    return sum(deliver_to(platform, peer) for peer in platform.store.peers.all())


def deliver_to(platform: Platform, peer: Peer) -> int:
    """Deliver what waits for a peer, in order, until one does not arrive; return how many did."""
    if peer.blocked:
        return 0
    arrived = 0
    for letter in platform.store.peers.waiting(peer.id):
        try:
            told = ask_json(platform, peer, "letter", _on_the_wire(letter))
            refused = None
        except FairwayError as error:
            if error.code != "peer.refused":
                troubled(platform, peer, error.message)
                return arrived
            told, refused = {}, error
        try:
            _arrived(platform, peer, letter, told, refused)
        except FairwayError as error:  # the other side signed something else: it stays unsigned
            _arrived(platform, peer, letter, {}, error)
        arrived += 1
    return arrived


def _on_the_wire(letter: Letter) -> dict[str, Any]:
    return {"letter": letter.id, "kind": letter.kind.value, **letter.payload}


def _arrived(
    platform: Platform,
    peer: Peer,
    letter: Letter,
    told: Mapping[str, Any],
    refused: FairwayError | None,
) -> None:
    """Note that a letter arrived, and what follows from the answer; in one transaction."""
    now = platform.clock.now()
    with platform.store.transaction():
        act = Act(None, (), now.date(), platform=platform, actor=SYSTEM)
        reason = refused.message if refused else ""
        if not platform.store.peers.delivered(letter.id, now, reason):
            return  # another thread was faster
        platform.store.peers.note(peer.id, now)
        act.record(
            "letter.refused" if refused else "letter.delivered",
            "denied" if refused else "done",
            subject=letter.id,
            agreements=(letter.agreement,),
            reason=reason,
            details={"peer": peer.id, "tells": str(letter.payload.get("move", "submit"))},
        )
        found = platform.store.agreements.get(letter.agreement)
        seal = platform.store.peers.seal(letter.agreement)
        granted = not refused and letter.payload.get("move") == Move.APPROVE.value
        if found and refused and letter.kind is LetterKind.ASK:
            _turned_away(act, found, peer, reason)
        elif found and seal and granted:
            signature = str(told.get("signature", ""))
            seals.keep(act, seals.completed(platform, seal, peer, signature), found)


def _turned_away(act: Act, found: Agreement, peer: Peer, reason: str) -> None:
    """Refuse a request that the other node would not take."""
    after = agreement_rules.next_state(found.state, Move.REFUSE)
    if after is None:
        return
    step = Step(
        act.platform.clock.now(),
        rules.person_at("", peer.id),
        Move.REFUSE,
        found.state,
        after,
        reason,
    )
    act.platform.store.agreements.put(replace(found, state=after, history=(*found.history, step)))
    act.record(
        "agreement.refuse",
        subject=found.id,
        products=(found.product,),
        agreements=(found.id,),
        purpose=found.purpose,
        reason=reason,
    )
