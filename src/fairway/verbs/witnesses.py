"""Witness each other: cosign another department's record, and have one's own cosigned."""

from dataclasses import dataclass, replace
from datetime import datetime

from fairway.nouns.errors import BadInput, FairwayError, NotFound
from fairway.nouns.people import Actor, Via
from fairway.nouns.witnesses import Answer, Watched, Witness
from fairway.rules.merkle import consistent
from fairway.rules.notes import (
    COSIGNATURE,
    ED25519,
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
    """Answer a log's request for a cosignature, after C2SP tlog-witness.

    A checkpoint that was signed by a watched log and does not follow from the last one raises an
    alarm here; the answer raises it there.
    """
    nobody = Actor("", Via.API)
    with looking(platform, nobody, "witness.cosign"):
        try:
            asked = read_submission(body)
            note = read_note(asked.note)
            head = read_head(note.text)
        except ValueError as error:
            return Answer(400, f"{error}\n")
        known = _watched(platform, head.origin)
        if known is None:
            return Answer(404, "this log is not watched here\n")
        if not platform.ledger.witnesses.verifies(read_key(known.key), note):
            return Answer(403, "the checkpoint is not signed by the log\n")
        if asked.old > head.size:
            return Answer(400, "a log does not shrink\n")
    with acting(platform, nobody, "witness.cosign") as act:
        known = _watched(platform, head.origin) or known  # as it is, in the writers' queue
        details = {"size": head.size, "root": head.root.hex(), "before": known.size}
        fault = ""
        if asked.old == known.size:
            is_first = known.size == 0 and not known.root
            if not is_first and not consistent(
                known.size, known.root, head.size, asked.proof, head.root
            ):
                fault = "two histories"
        elif head.size == known.size and head.root != known.root:
            fault = "two histories"
        if fault:
            shown = {"ours": known.note, "theirs": asked.note}
            reason = "The record shows a history that is not the one it showed before."
            act.record(ALARM, "failed", subject=head.origin, reason=reason, details=shown)
            status = 409 if head.size == known.size else 422
            return Answer(status, "this is another history than the one that was shown before\n")
        if asked.old != known.size:
            act.record("witness.refuse", "denied", subject=head.origin, details=details)
            return Answer(409, f"{known.size}\n", SIZE)
        line = platform.ledger.witnesses.cosign(note.text, int(platform.clock.now().timestamp()))
        platform.ledger.witnesses.watch(
            replace(known, size=head.size, root=head.root, note=asked.note)
        )
        act.record("witness.cosign", subject=head.origin, details=details)
        return Answer(200, line)


def _watched(platform: Platform, origin: str) -> Watched | None:
    found = [w for w in platform.ledger.witnesses.watched() if w.origin == origin]
    return found[0] if found else None


# ------------------------------------------------------------------ asking


@verb("witness.ask")
def ask(platform: Platform, actor: Actor) -> tuple[Asked, ...]:
    """Ask every witness to cosign the head of this record, and keep what they answer."""
    with looking(platform, actor, "witness.ask"):
        note = platform.ledger.checkpoint()
        found = [_ask(platform, witness, note) for witness in platform.ledger.witnesses.all()]
    with acting(platform, actor, "witness.ask") as act:
        for witness, asked in found:
            platform.ledger.witnesses.put(witness)
            if asked.alarm:
                act.record(
                    ALARM, "failed", subject=asked.name, reason=asked.fault, details={"ours": note}
                )
        outcome = "failed" if any(asked.fault for _, asked in found) else "done"
        sizes = {asked.name: asked.size for _, asked in found}
        act.record("witness.ask", outcome, details={"cosigned": sizes})
    return tuple(asked for _, asked in found)


def _ask(platform: Platform, witness: Witness, note: str) -> tuple[Witness, Asked]:
    """Ask one witness, a second time where it knows of another size than we do."""
    now = platform.clock.now()
    old = witness.size
    try:
        answer = _submit(platform, witness, note, old)
        if answer.status == 409 and answer.type.startswith(SIZE):
            old = int(answer.text) if answer.text.strip().isdecimal() else -1
            size = read_head(read_note(note).text).size
            if old > size:
                fault = f"The witness has seen {old} entries of this record, which has {size}."
                return _failed(witness, now, fault, alarm=True)
            answer = _submit(platform, witness, note, max(old, 0))
    except FairwayError as error:
        return _failed(witness, now, error.message)
    if answer.status == 200:
        return _cosigned(platform, witness, note, answer.text, now)
    alarm = answer.status in (409, 422) and not answer.type.startswith(SIZE)
    known = "The witness has seen another history of this record."
    return _failed(
        witness, now, known if alarm else f"The witness refused: {answer.status}.", alarm=alarm
    )


def _submit(platform: Platform, witness: Witness, note: str, old: int) -> Answer:
    size = read_head(read_note(note).text).size
    proof = tuple(platform.ledger.consistency(old, size))
    return platform.ledger.witnesses.ask(witness.address, str(Submission(old, proof, note)))


def _failed(
    witness: Witness, now: datetime, fault: str, *, alarm: bool = False
) -> tuple[Witness, Asked]:
    failed = replace(witness, asked=now, fault=fault)
    return failed, Asked(witness.name, witness.size, fault, alarm)


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
        return _failed(witness, now, "What the witness answered is not its cosignature.")
    size = read_head(text).size
    kept = replace(witness, size=size, note=note, line=str(mine[0]), asked=now, fault="")
    return kept, Asked(witness.name, size)
