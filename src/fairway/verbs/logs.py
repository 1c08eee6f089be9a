"""The record as a log that others can check: checkpoints, tiles, proofs, feeds; what is erased."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta

from fairway.nouns.errors import BadInput, NotFound
from fairway.nouns.events import Entry, EventFilter, Inclusion, Pace, Verification
from fairway.nouns.people import Actor, Role
from fairway.nouns.witnesses import Watched, Witness
from fairway.rules.notes import read_head, read_note
from fairway.verbs.acting import NOBODY, acting, looking, verb
from fairway.verbs.ports import Platform
from fairway.verbs.witnesses import ALARM

MOST_ERASED = 1_000
"""Entries whose bodies can be erased in one go."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class LogState:
    """How the record stands: its pace in the last minute, its witnesses, the latest alarms."""

    pace: Pace
    key: str
    witness_key: str
    witnesses: tuple[Witness, ...]
    watched: tuple[Watched, ...]
    alarms: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Proved:
    """An entry with the proof that it is in the record. `entry` is None where only the leaf is
    shown."""

    inclusion: Inclusion
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Archived:
    """A month whose bodies were moved out of the database, and how many entries that were."""

    month: str
    entries: int


@verb("audit.log")
def checkpoint(platform: Platform) -> str:
    """Return the newest checkpoint, with the cosignatures that witnesses put on it, to anyone."""
    with looking(platform, NOBODY, "audit.log"):
        note = platform.ledger.checkpoint()
        lines = [w.line for w in platform.ledger.witnesses.all() if w.note == note]
        return note + "".join(lines)


@verb("audit.log")
def witnessed_checkpoint(platform: Platform) -> str:
    """Return the newest checkpoint that most witnesses cosigned, to anyone; the newest of all where
    there is none."""
    with looking(platform, NOBODY, "audit.log"):
        found: dict[str, list[str]] = {}
        for witness in platform.ledger.witnesses.all():
            if witness.line:
                found.setdefault(witness.note, []).append(witness.line)
        if not found:
            return platform.ledger.checkpoint()
        note = max(found, key=lambda n: (len(found[n]), read_head(read_note(n).text).size))
        return note + "".join(found[note])


@verb("audit.log")
def tile(platform: Platform, path: str) -> bytes:
    """Return a tile of hashes or a bundle of leaves, to anyone. Raises `NotFound`."""
    with looking(platform, NOBODY, "audit.log"):
        return platform.ledger.tile(path)


@verb("audit.log")
def keys(platform: Platform) -> tuple[str, str]:
    """Return the keys that verify this record, and this node's cosignatures, to anyone."""
    with looking(platform, NOBODY, "audit.log"):
        log, witness = platform.ledger.keys
        return str(log), str(witness)


@verb("audit.bodies")
def bodies(platform: Platform, actor: Actor, number: int, size: int) -> bytes:
    """Return the bodies of a bundle's entries, for an export. That somebody took them is recorded,
    once for each bundle."""
    with acting(platform, actor, "audit.bodies") as act:
        found = platform.ledger.bodies(number, size)
        act.record("audit.bodies", details={"bundle": number, "size": size})
        return found


@verb("audit.prove")
def prove(platform: Platform, actor: Actor, sequence: int) -> Proved:
    """Return the proof that an entry is in the record. The entry itself is shown to those who may
    read the record, and to whom it is about. Raises `NotFound`."""
    with looking(platform, actor, "audit.prove") as look:
        proof = platform.ledger.prove(sequence)
        entry = platform.ledger.entry(sequence)
        watches = look.roles() & {Role.AUDITOR, Role.GOVERNANCE_MANAGER}
        shown = watches or (entry.body and entry.event.actor == actor.person)
        return Proved(proof, entry if shown else None)


@verb("audit.feed")
def feed(
    platform: Platform, actor: Actor, product: str, before: int | None = None, limit: int = 100
) -> tuple[str, tuple[Proved, ...]]:
    """Return the uses of a product, newest first, each with its proof, and the checkpoint that they
    lead to: an owner's own feed of what was done with their data."""
    found = platform.store.products.get(product)
    domain = found.domain if found else None
    with acting(platform, actor, "audit.feed", domain=domain, subject=product) as act:
        if found is None:
            raise NotFound("product.not_found", f"There is no product {product}.")
        act.record("audit.feed", subject=product, details={"before": before})
        wanted = EventFilter(product=product, before=before, limit=max(1, min(limit, 500)))
        entries = platform.ledger.find(wanted)
        note = platform.ledger.checkpoint()
        size = read_head(read_note(note).text).size
        return note, tuple(
            Proved(platform.ledger.prove(entry.sequence, size), entry) for entry in entries
        )


@verb("audit.state")
def state(platform: Platform, actor: Actor) -> LogState:
    """Return how the record stands: rate, lag, size, last checkpoint, witnesses, alarms."""
    with looking(platform, actor, "audit.state"):
        key, witness_key = platform.ledger.keys
        return LogState(
            platform.ledger.pace(platform.clock.now() - MINUTE),
            str(key),
            str(witness_key),
            tuple(platform.ledger.witnesses.all()),
            tuple(platform.ledger.witnesses.watched()),
            tuple(platform.ledger.find(EventFilter(action=ALARM, limit=5))),
        )


@verb("audit.erase")
def erase(platform: Platform, actor: Actor, sequences: Sequence[int], reason: str) -> int:
    """Erase the bodies of entries for good, with a reason; return how many were there.

    Their leaves stay, so the record verifies as before; that they were erased is on it, and entries
    that say so cannot be erased themselves. Raises `BadInput`, `NotFound`.
    """
    with acting(platform, actor, "audit.erase") as act:
        if not reason.strip():
            raise BadInput("audit.no_reason", "An erasure needs a reason.", field="reason")
        wanted = sorted(set(sequences))
        if not 0 < len(wanted) <= MOST_ERASED:
            raise BadInput(
                "audit.bad_erasure",
                f"Name 1 to {MOST_ERASED} entries to erase.",
                field="sequences",
            )
        for sequence in wanted:
            if platform.ledger.entry(sequence).event.action == "audit.erase":
                raise BadInput(
                    "audit.erases_erasure",
                    f"Entry {sequence} is on record of an erasure, and stays.",
                    field="sequences",
                )
        erased = platform.ledger.erase(wanted, platform.clock.now())
        act.record("audit.erase", reason=reason.strip(), details={"sequences": wanted})
        return erased


@verb("audit.archive")
def archive(platform: Platform, actor: Actor, before: str) -> tuple[Archived, ...]:
    """Move the bodies of all entries before a month (UTC) into files by month.

    Their leaves stay, so they are proved, shown, exported and erased as before. Each month is moved
    and recorded by itself. Raises `BadInput`, `Unavailable`.
    """
    with looking(platform, actor, "audit.archive"):
        now = f"{platform.clock.now().astimezone(UTC):%Y-%m}"
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", before, re.ASCII):
            raise BadInput(
                "audit.bad_month", "Give a month as year and month, as in 2026-01.", field="before"
            )
        if before > now:
            raise BadInput(
                "audit.month_not_over",
                f"Only months that are over can be moved: before {now} at the latest.",
                field="before",
            )
        months = platform.ledger.moving.months(before)
    moved = []
    for month in months:
        with (
            platform.ledger.moving.month(month) as let_go,  # it ends after the transaction
            acting(platform, actor, "audit.archive", subject=month) as act,
        ):
            entries = let_go()
            act.record("audit.archive", subject=month, details={"entries": entries})
        moved.append(Archived(month, entries))
    return tuple(moved)


@verb("audit.renew_mirror")
def renew_mirror(platform: Platform, actor: Actor) -> Verification:
    """Write the file of the signed head anew, for an administrator who lost it and knows why.

    It is written only when everything else verifies.
    """
    with looking(platform, actor, "audit.renew_mirror"):
        outcome = platform.ledger.renew_mirror()
    if outcome.intact:
        with acting(platform, actor, "audit.renew_mirror") as act:
            act.record("audit.renew_mirror", details={"entries": outcome.entries})
    return outcome
