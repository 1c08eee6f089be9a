"""Witness each other: cosign another department's record, and have one's own cosigned."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from fairway.nouns.errors import BadInput, FairwayError, NotFound
from fairway.nouns.people import Actor, Via
from fairway.nouns.witnesses import Answer, Watched, Witness
from fairway.rules.merkle import consistent
from fairway.rules.notes import (
    COSIGNATURE,
    ED25519,
    Head,
    Key,
    Note,
    Submission,
    cosigned_at,
    read_head,
    read_key,
    read_note,
    read_signatures,
    read_submission,
    signatures_of,
)
from fairway.verbs.acting import acting, looking, verb
from fairway.verbs.ports import Platform

ALARM = "witness.alarm"
"""The action of an event that says that somebody was shown two histories."""

SIZE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking a witness: the size it cosigned, or why it did not. An `alarm` means that
    it knows of another history of this record."""

    name: str
    size: int
    fault: str = ""
    alarm: bool = False


@verb("witness.add")
def add(platform: Platform, actor: Actor, key: str, address: str) -> Witness:
    """Take a witness: its key, and the address below which it takes checkpoints."""
    with acting(platform, actor, "witness.add") as act:
        read = _key(key, COSIGNATURE)
        if not address.startswith(("https://", "http://")) or "@" in address:
            raise BadInput(
                "witness.bad_address",
                "This is not the address of a witness.",
                remedy="Give the address of its node, as in https://node.example/api/v1/log/witness",
                field="address",
            )
        witness = Witness(str(read), address)
        platform.ledger.witnesses.put(witness)
        act.record("witness.add", subject=read.name, details={"key": str(read), "at": address})
        return witness


@verb("witness.remove")
def remove(platform: Platform, actor: Actor, name: str) -> None:
    """Ask a witness no more. Raises `NotFound`."""
    with acting(platform, actor, "witness.remove") as act:
        if not platform.ledger.witnesses.remove(name):
            raise NotFound("witness.not_found", f"There is no witness {name}.")
        act.record("witness.remove", subject=name)


@verb("witness.watch")
def watch(platform: Platform, actor: Actor, key: str) -> Watched:
    """Witness the record of another node, named by its key. Its first checkpoint is taken on trust,
    and each later one has to follow from it."""
    with acting(platform, actor, "witness.watch") as act:
        read = _key(key, ED25519)
        if any(known.origin == read.name for known in platform.ledger.witnesses.watched()):
            raise BadInput(
                "witness.watched",
                f"The record {read.name} is watched already.",
                remedy="A record that changed its key is another record, under another name.",
            )
        watched = Watched(str(read))
        platform.ledger.witnesses.watch(watched)
        act.record("witness.watch", subject=read.name, details={"key": str(read)})
        return watched


def _key(written: str, kind: int) -> Key:
    try:
        read = read_key(written)
    except ValueError as error:
        raise BadInput("witness.bad_key", f"{error}.".capitalize(), field="key") from None
    if read.type != kind:
        meant = "a witness's key" if kind == COSIGNATURE else "a log's key"
        raise BadInput(
            "witness.bad_key",
            f"This is not {meant}.",
            remedy="See which is which with: fairway audit key",
            field="key",
        )
    return read


# ------------------------------------------------------------------ cosigning


@verb("witness.cosign")
def cosign(platform: Platform, body: str) -> Answer:
    """Answer a log's request for a cosignature, after C2SP tlog-witness."""
    return answer(platform, Actor("", Via.API), "witness.cosign", body)


def answer(platform: Platform, actor: Actor, name: str, body: str) -> Answer:
    """Answer a request for a cosignature, as the verb `name`, which asks for its permission.

    A checkpoint that was signed by a watched log and does not follow from the last one raises an
    alarm here; the answer raises it there. Not a verb: a step of two.
    """
    with looking(platform, actor, name):
        try:
            asked = read_submission(body)
            note = read_note(asked.note)
            head = read_head(note.text)
        except ValueError as error:
            return Answer(400, f"{error}\n")
        known = watched(platform, head.origin)
        if known is None:
            return Answer(404, "this log is not watched here\n")
        if not platform.ledger.witnesses.verifies(read_key(known.key), note):
            return Answer(403, "the checkpoint is not signed by the log\n")
        if asked.old > head.size:
            return Answer(400, "a log does not shrink\n")
    with acting(platform, actor, name) as act:
        known = watched(platform, head.origin) or known  # as it is, in the writers' queue
        if _forked(known, asked, head):
            shown = {"ours": known.note, "theirs": asked.note}
            reason = "The record shows a history that is not the one it showed before."
            act.record(ALARM, "failed", subject=head.origin, reason=reason, details=shown)
            status = 409 if head.size == known.size else 422
            return Answer(status, "this is another history than the one that was shown before\n")
        details = {"size": head.size, "root": head.root.hex(), "before": known.size}
        if asked.old != known.size:
            act.record("witness.refuse", "denied", subject=head.origin, details=details)
            return Answer(409, f"{known.size}\n", SIZE)
        line = platform.ledger.witnesses.cosign(note.text, int(platform.clock.now().timestamp()))
        platform.ledger.witnesses.watch(
            replace(known, size=head.size, root=head.root, note=asked.note)
        )
        act.record("witness.cosign", subject=head.origin, details=details)
        return Answer(200, line)


def _forked(known: Watched, asked: Submission, head: Head) -> bool:
    """Say whether a signed head shows another history than the one that is known."""
    if asked.old == known.size:
        is_first = known.size == 0 and not known.root
        return not is_first and not consistent(
            known.size, known.root, head.size, asked.proof, head.root
        )
    return head.size == known.size and head.root != known.root


def watched(platform: Platform, origin: str) -> Watched | None:
    """Return what is known of a record that is watched. Not a verb: a step of verbs."""
    found = [w for w in platform.ledger.witnesses.watched() if w.origin == origin]
    return found[0] if found else None


# ------------------------------------------------------------------ asking


Submit = Callable[[Witness, str], Answer]
"""The way to a witness, which a submission goes."""


def by_http(platform: Platform) -> Submit:
    """Return the way to a witness that was added by its key: C2SP tlog-witness. Not a verb."""
    return lambda witness, body: platform.ledger.witnesses.ask(witness.address, body)


def asked_of(
    platform: Platform, witness: Witness, note: str, submit: Submit
) -> tuple[Witness, Asked]:
    """Ask one witness, a second time where it knows of another size than we do.

    Not a verb: a step of `witnessing.ask`.
    """
    now = platform.clock.now()
    old, size = witness.size, read_head(read_note(note).text).size

    def submitted(old: int) -> Answer:
        proof = tuple(platform.ledger.consistency(old, size))
        return submit(witness, str(Submission(old, proof, note)))

    try:
        answer = submitted(old)
        if answer.status == 409 and answer.type.startswith(SIZE):
            old = int(answer.text) if answer.text.strip().isdecimal() else -1
            if old > size:
                fault = f"The witness has seen {old} entries of this record, which has {size}."
                return failed(witness, now, fault, alarm=True)
            answer = submitted(max(old, 0))
    except FairwayError as error:
        return failed(witness, now, error.message)
    if answer.status == 200:
        return _cosigned(platform, witness, note, answer.text, now)
    alarm = answer.status in (409, 422) and not answer.type.startswith(SIZE)
    known = "The witness has seen another history of this record."
    return failed(
        witness, now, known if alarm else f"The witness refused: {answer.status}.", alarm=alarm
    )


def failed(
    witness: Witness, now: datetime, fault: str, *, alarm: bool = False
) -> tuple[Witness, Asked]:
    """Return a witness that did not cosign, and why. Not a verb: a step of verbs."""
    tried = replace(witness, asked=now, fault=fault)
    return tried, Asked(witness.name, witness.size, fault, alarm)


def _cosigned(
    platform: Platform, witness: Witness, note: str, lines: str, now: datetime
) -> tuple[Witness, Asked]:
    """Keep a cosignature, if it is one by this witness on this checkpoint."""
    key, text = read_key(witness.key), read_note(note).text
    try:
        mine = [
            line
            for line in signatures_of(key, read_signatures(lines))
            if platform.ledger.witnesses.verifies(key, Note(text, (line,)))
        ]
        cosigned_at(mine[0])
    except (ValueError, IndexError):
        return failed(witness, now, "What the witness answered is not its cosignature.")
    size = read_head(text).size
    kept = replace(witness, size=size, note=note, line=str(mine[0]), asked=now, fault="")
    return kept, Asked(witness.name, size)
