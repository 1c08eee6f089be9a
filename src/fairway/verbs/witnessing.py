"""Nodes of a trust witness each other: whoever is a peer cosigns, and is asked to.

Nothing has to be set up: two nodes that registered each other by their keys tell each other their
record's keys in messages that they sign, and each asks the other for its cosignature, by the node's
own clock and by a command. In its answers a node also says which heads of others it has cosigned
last. Whoever asks compares these with what it was shown itself: a node that shows one history here
and another there is found out though each of them holds.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fairway.nouns.errors import BadInput, FairwayError, Refused
from fairway.nouns.events import Entry, EventFilter
from fairway.nouns.peers import Heard, Peer
from fairway.nouns.people import Actor
from fairway.nouns.witnesses import Answer, Watched, Witness
from fairway.rules.merkle import consistent
from fairway.rules.notes import (
    COSIGNATURE,
    ED25519,
    Head,
    Key,
    Note,
    read_head,
    read_key,
    read_note,
)
from fairway.verbs import peers, witnesses
from fairway.verbs.acting import SYSTEM, Act, acting, looking, verb
from fairway.verbs.ports import Platform
from fairway.verbs.witnesses import ALARM, Asked, watched

ANYWAY = timedelta(hours=1)
"""How long a witness is left alone at the most, though nothing but witnessing happened."""
AGAIN = timedelta(minutes=5)
"""How long a witness that failed is left alone."""
QUIET = 50
"""The newest entries that are looked at, to see whether anything but witnessing happened."""
MOST_SEEN = 200
"""Heads of others that a node tells of at once."""


# ------------------------------------------------------------------ asking


@verb("witness.ask")
def ask(platform: Platform, actor: Actor) -> tuple[Asked, ...]:
    """Ask every witness and every peer to cosign the head of this record, and keep the answers."""
    with looking(platform, actor, "witness.ask"):
        asked = _all(platform)
    return _ask(platform, actor, asked)


def turn(platform: Platform) -> int:
    """Ask those whose turn it is; return how many. Run by the node, not by a person."""
    known = _all(platform)
    newest = platform.ledger.find(EventFilter(limit=QUIET)) if known else ()
    due = [asking for asking in known if _due(platform, asking[0], newest)]
    return len(_ask(platform, SYSTEM, due)) if due else 0


Asking = tuple[Witness, Peer | None]
"""Who is asked, and the peer that it is."""


def _all(platform: Platform) -> list[Asking]:
    """Return the witnesses and the peers. One that never said its key has none yet."""
    peer_of = {peer.id: peer for peer in platform.store.peers.all()}
    found: list[Asking] = []
    for witness in platform.ledger.witnesses.all():
        peer = peer_of.pop(witness.peer, None)
        if not witness.peer or (peer is not None and not peer.blocked):
            found.append((witness, peer))
    strangers = [peer for peer in peer_of.values() if not peer.blocked]
    return found + [(Witness("", peer.address, peer=peer.id), peer) for peer in strangers]


def _due(platform: Platform, witness: Witness, newest: Sequence[Entry]) -> bool:
    """Say whether a witness is asked now: when anything but witnessing happened, or each hour.

    `newest` are the newest entries of the record. To be cosigned is an event, too; nodes would
    otherwise have each other's say cosigned for ever.
    """
    if witness.asked is None:
        return True
    since = platform.clock.now() - witness.asked
    if since >= ANYWAY or (witness.fault and since < AGAIN):
        return since >= ANYWAY
    new = [entry for entry in newest if entry.sequence > witness.size]
    return len(new) == QUIET or any(not e.event.action.startswith("witness.") for e in new)


def _ask(platform: Platform, actor: Actor, asked: Sequence[Asking]) -> tuple[Asked, ...]:
    note = platform.ledger.checkpoint()
    by_http = witnesses.by_http(platform)
    found: list[tuple[Witness, Asked]] = []
    for witness, peer in asked:
        if peer is None:
            found.append(witnesses.asked_of(platform, witness, note, by_http))
        else:
            found.append(_ask_peer(platform, actor, peer, witness, note))
    with acting(platform, actor, "witness.ask") as act:
        for witness, told in found:
            if witness.key:
                platform.ledger.witnesses.put(witness)
            if told.alarm:
                act.record(
                    ALARM, "failed", subject=told.name, reason=told.fault, details={"ours": note}
                )
        outcome = "failed" if any(told.fault for _, told in found) else "done"
        sizes = {told.name: told.size for _, told in found}
        act.record("witness.ask", outcome, details={"cosigned": sizes})
    return tuple(told for _, told in found)


def _ask_peer(
    platform: Platform, actor: Actor, peer: Peer, witness: Witness, note: str
) -> tuple[Witness, Asked]:
    """Ask a peer, having learned its key as a witness if it is asked for the first time."""
    if not witness.key:
        try:
            key = _greeted(platform, peer)
        except FairwayError as error:
            return witness, Asked(peer.id, 0, error.message)
        witness = replace(witness, key=str(key))
    seen: list[Any] = []

    def submit(_: Witness, body: str) -> Answer:
        said = {"key": str(platform.ledger.keys[0]), "body": body}
        told = peers.ask_json(platform, peer, "witness", said)
        status, text, kind = (told.get(name) for name in ("status", "text", "type"))
        if type(status) is not int or not isinstance(text, str) or not isinstance(kind, str):
            raise peers.bad_answer(peer, "peer.bad_answer", "cannot be read")
        heads = told.get("seen")
        seen[:] = heads[:MOST_SEEN] if isinstance(heads, list) else []
        return Answer(status, text, kind)

    answered, told = witnesses.asked_of(platform, witness, note, submit)
    if told.alarm or not told.fault:
        compare(platform, actor, peer, seen)
    return answered, told


def _greeted(platform: Platform, peer: Peer) -> Key:
    """Return a peer's key as a witness, which it signs with its own. Raises `Unavailable`."""
    try:
        key = read_key(str(peers.ask_json(platform, peer, "greeting", {}).get("witness")))
    except ValueError:
        key = None
    if key is None or key.type != COSIGNATURE:
        raise peers.bad_answer(peer, "peer.no_witness", "names no key of a witness")
    return key


# ------------------------------------------------------------------ being asked


@verb("peer.witness")
def hear(platform: Platform, heard: Heard) -> Mapping[str, Any]:
    """Answer a peer that asks for a cosignature; tell it which heads of others were cosigned here.

    The record that a peer shows first is its record from then on. Another one raises the alarm,
    unless an administrator has said that it is to be watched.
    """
    actor = peers.actor_of(heard)
    with looking(platform, actor, "peer.witness"):
        key, body = _said(heard)
    if not _is_theirs(platform, actor, heard.peer, key):
        return _answered(Answer(422, "this is another record than the one that was shown before\n"))
    answer = witnesses.answer(platform, actor, "peer.witness", body)
    seen = [w.note for w in platform.ledger.witnesses.watched() if w.note and w.origin != key.name]
    return {**_answered(answer), "seen": seen[:MOST_SEEN]}


def _answered(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "text": answer.text, "type": answer.type}


def _said(heard: Heard) -> tuple[Key, str]:
    """Return the key of the record that a peer wants cosigned, and what it asks."""
    try:
        said = json.loads(heard.body)
        key, body = read_key(str(said["key"])), said["body"]
        is_own = body.split("\n\n", 1)[1].startswith(f"{key.name}\n")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise BadInput("peer.bad_message", "This is no request for a cosignature.") from None
    if key.type != ED25519 or not is_own:
        raise BadInput("peer.bad_message", "The request names no key of the record it is about.")
    return key, body


def _is_theirs(platform: Platform, actor: Actor, peer: Peer, key: Key) -> bool:
    """Say whether a record is the peer's, and watch it if it is the first or was named here."""
    every = platform.ledger.witnesses.watched()
    bound = next((w for w in every if w.peer == peer.id), None)
    found = next((w for w in every if w.origin == key.name), None)
    if found is not None and found == bound and found.key == str(key):
        return True
    with acting(platform, actor, "peer.witness") as act:
        if found is None and bound is None:
            first = watched(platform, key.name)  # as it is, in the writers' queue
            platform.ledger.witnesses.watch(first or Watched(str(key), peer=peer.id))
        elif found is not None and not found.peer and found.key == str(key):
            if bound is not None:
                platform.ledger.witnesses.watch(replace(bound, peer=""))
            platform.ledger.witnesses.watch(replace(found, peer=peer.id))
        else:
            ours = bound.note if bound else ""
            reason = f"The node {peer.id} shows a record under another key than before."
            shown = {"ours": ours, "theirs": str(key)}
            _alarm(act, bound.origin if bound else key.name, reason, shown)
            act.record("witness.refuse", "denied", subject=key.name, reason=reason)
            return False
        act.record("witness.watch", subject=key.name, details={"key": str(key), "peer": peer.id})
        return True


@verb("peer.prove")
def prove(platform: Platform, heard: Heard) -> Mapping[str, Any]:
    """Show a peer that one head of this record follows from another, both signed by this node.

    A head that this node signed and that is not one of the record it has raises the alarm here,
    too: somebody wrote the record anew, or put a backup in its place.
    """
    actor = peers.actor_of(heard)
    with looking(platform, actor, "peer.prove"):
        shown = _own_heads(platform, heard)
        size = read_head(read_note(platform.ledger.checkpoint()).text).size
        foreign = [
            note
            for note, head in shown
            if head.size > size or platform.ledger.root_at(head.size) != head.root
        ]
        if not foreign:
            (_, old), (_, new) = shown
            proof = platform.ledger.consistency(old.size, new.size)
            return {"proof": [base64.b64encode(step).decode() for step in proof]}
    with acting(platform, actor, "peer.prove") as act:
        reason = "This node signed a head that is not one of the record it has."
        _alarm(act, platform.ledger.keys[0].name, reason, {"theirs": foreign[0]})
        act.record("witness.refuse", "denied", subject=heard.peer.id, reason=reason)
    return {"proof": None}


def _own_heads(platform: Platform, heard: Heard) -> list[tuple[str, Head]]:
    """Return the two heads that a peer asks about, the smaller one first."""
    try:
        notes = [str(note) for note in json.loads(heard.body)["heads"]]
        read = [(note, read_note(note)) for note in notes]
        heads = [(note, read_head(signed.text)) for note, signed in read]
        own = platform.ledger.keys[0]
        is_own = all(platform.ledger.witnesses.verifies(own, signed) for _, signed in read)
    except (ValueError, KeyError, TypeError, RecursionError):
        is_own, heads = False, []
    if not is_own or len(heads) != 2 or heads[0][1].size > heads[1][1].size:
        raise BadInput("peer.bad_message", "These are not two heads that this node signed.")
    return heads


# ------------------------------------------------------------------ comparing


def compare(platform: Platform, actor: Actor, peer: Peer, seen: Sequence[Any]) -> None:
    """Compare heads of others that a peer has cosigned with those that were shown to this node.

    Not a verb: a step of `ask`.
    """
    for told in seen:
        try:
            note = read_note(str(told))
            head = read_head(note.text)
        except ValueError:
            continue
        known = watched(platform, head.origin)
        if known is None or not known.note:
            continue
        if not platform.ledger.witnesses.verifies(read_key(known.key), note):
            continue  # whoever made this up, it was not that node
        if _another_history(platform, known, note, head):
            reason = f"The record shows one history here and another to the node {peer.id}."
            shown = {"ours": known.note, "theirs": str(told), "shown_to": peer.id}
            with acting(platform, actor, "witness.ask") as act:
                _alarm(act, head.origin, reason, shown)
                act.record("witness.compare", "failed", subject=head.origin, reason=reason)


def _another_history(platform: Platform, known: Watched, note: Note, head: Head) -> bool:
    """Say whether two heads that one node signed are of two histories, as far as can be told."""
    if head.size == known.size:
        return head.root != known.root
    owner = platform.store.peers.get(known.peer) if known.peer else None
    if owner is None or owner.blocked:
        return False
    ours = (known.size, known.root, known.note)
    old, new = sorted((ours, (head.size, head.root, str(note))), key=lambda one: one[0])
    try:
        told = peers.ask_json(platform, owner, "prove", {"heads": [old[2], new[2]]})
        steps = tuple(base64.b64decode(step, validate=True) for step in told["proof"])
    except Refused:
        return True  # it signed both, and will not show that they are of one record
    except FairwayError as error:
        peers.troubled(platform, owner, error.message)
        return False  # it cannot be told now, and is asked again
    except (KeyError, TypeError, ValueError):
        return True
    return not consistent(old[0], old[1], new[0], steps, new[1])


def _alarm(act: Act, origin: str, reason: str, shown: Mapping[str, Any]) -> None:
    """Raise an alarm, once for what was shown."""
    raised = act.platform.ledger.find(EventFilter(action=ALARM, subject=origin, limit=20))
    if all(entry.event.details.get("theirs") != shown["theirs"] for entry in raised):
        act.record(ALARM, "failed", subject=origin, reason=reason, details=shown)
