"""Logs as a node exports them, made by hand, and what somebody may do to one."""

import base64
import json
import random
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tests.ledger.events import NOON, an_event

from fairway import verify
from fairway.ledger.checkpoints import Signer
from fairway.nouns.events import Entry
from fairway.rules import merkle
from fairway.rules.ledger import packed, seal
from fairway.rules.merkle import TILE, bundle, leaf_hash, tile_path, tile_widths
from fairway.rules.notes import read_note

WITNESS = Signer(bytes([9]) * 32)
LOG = Signer(bytes([1]) * 32)


def entries(count: int, seed: int = 0, start: int = 0, **changes) -> list[Entry]:
    chance = random.Random(seed)
    return [seal(an_event(n, **changes), n + 1, chance.randbytes(16)) for n in range(start, count)]


def checkpoint(held: list[Entry], signer: Signer = LOG, *, witnessed: bool = True) -> str:
    edge, _ = merkle.grow(merkle.NOTHING, [leaf_hash(e.leaf) for e in held])
    note = signer.sign(edge.size, merkle.root(edge))
    if witnessed and held:
        at = int(held[-1].event.at.timestamp()) + 2
        note += str(WITNESS.cosign(read_note(note).text, at))
    return note


def write(
    folder: Path, held: list[Entry], note: str | None = None, gone: frozenset[int] = frozenset()
) -> Path:
    """Write a log with its bodies; the bodies of the entries `gone` are erased."""
    shutil.rmtree(folder, ignore_errors=True)
    leaves = [e.leaf for e in held]
    row, level = [leaf_hash(leaf) for leaf in leaves], 0

    def put(path: str, content: bytes) -> None:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    for number, width in tile_widths(0, len(leaves)):
        first = number * TILE
        part = held[first : first + width]
        put(tile_path(None, number, width), bundle(e.leaf for e in part))
        run = packed(None if e.sequence in gone else (e.salt, e.body) for e in part)
        put("bodies/" + tile_path(0, number, width).removeprefix("tile/0/"), run)
    while row:
        for number, width in tile_widths(0, len(row)):
            put(tile_path(level, number, width), b"".join(row[number * TILE :][:width]))
        whole = len(row) // TILE
        row = [verify.halved(row[n * TILE : (n + 1) * TILE]) for n in range(whole)]
        level += 1
    put("checkpoint", (checkpoint(held) if note is None else note).encode())
    return folder


def trust(signer: Signer = LOG, *, witnesses: bool = True) -> verify.Trust:
    keys = [verify.read_key(str(WITNESS.witness_key))] if witnesses else []
    return verify.Trust(verify.read_key(str(signer.key)), keys, len(keys))


def old(note: str) -> verify.Checkpoint:
    return verify.read_checkpoint(note, "an old checkpoint")


def check(folder: Path, since: str | None = None, *, witnesses: bool = True) -> list[str]:
    before = [old(since)] if since else []
    return verify.verify_log(folder, trust(witnesses=witnesses), before, 1, None)


# ------------------------------------------------------------------ tampering

Tamper = Callable[[Path, list[Entry], random.Random], None]


def _other(held: list[Entry], place: int, **changes) -> Entry:
    event = an_event(place, actor="somebody else", **changes)
    return seal(event, place + 1, held[place].salt)


def edit(folder, held, chance):
    """Change an entry, and all that follows from it but the signatures."""
    place = chance.randrange(len(held))
    write(folder, [*held[:place], _other(held, place), *held[place + 1 :]], checkpoint(held))


def edit_body(folder, held, chance):
    """Change what an entry says."""
    file = chance.choice([f for f in (folder / "bodies").rglob("*") if f.is_file()])
    content = bytearray(file.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    file.write_bytes(bytes(content))


def delete(folder, held, chance):
    place = chance.randrange(len(held))
    write(folder, [*held[:place], *held[place + 1 :]], checkpoint(held))


def delete_file(folder, held, chance):
    chance.choice([f for f in folder.rglob("*") if f.is_file()]).unlink()


def insert(folder, held, chance):
    place = chance.randrange(len(held) + 1)
    forged = seal(an_event(place, actor="nobody"), place + 1, bytes(16))
    write(folder, [*held[:place], forged, *held[place:]], checkpoint(held))


def reorder(folder, held, chance):
    a, b = chance.sample(range(len(held)), 2)
    changed = list(held)
    changed[a], changed[b] = changed[b], changed[a]
    write(folder, changed, checkpoint(held))


def truncate(folder, held, chance):
    """Cut the end off, and sign that with the log's own key: never seen so by a witness, or long
    before the outsider last looked."""
    witnessed = chance.random() < 0.5
    cut = held[: chance.randrange(len(held) // 2 if witnessed else len(held))]
    write(folder, cut, checkpoint(cut, witnessed=witnessed))


def roll_back(folder, held, chance):
    """Put a backup back, witnessed as it was then, and go on from there."""
    kept = held[: chance.randrange(1, len(held) // 2)]
    changed = [*kept, *entries(len(kept) + chance.randrange(0, 40), seed=5, start=len(kept))]
    write(folder, changed, checkpoint(changed))


def split_view(folder, held, chance):
    """Show another history of at least the same length, witnesses or not."""
    place = chance.randrange(len(held) // 2)
    more = entries(len(held) + chance.randrange(0, 30), seed=7, start=place)
    forged = [*held[:place], *more]
    write(folder, forged, checkpoint(forged, witnessed=chance.random() < 0.5))


def edit_tile(folder, held, chance):
    file = chance.choice([f for f in (folder / "tile").rglob("*") if f.is_file()])
    content = bytearray(file.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    file.write_bytes(bytes(content))


def add_tile(folder, held, chance):
    number = -(-len(held) // TILE) + chance.randrange(3)
    kind = chance.choice(["tile/entries", "tile/0", "bodies"])
    file = folder / kind / f"{number:03d}"
    file.write_bytes(chance.randbytes(TILE * 32))


def sign_again(folder, held, chance):
    """A head by another key, or by the right one over another root or size."""
    kind = chance.randrange(4)
    if kind == 0:
        note = checkpoint(held, Signer(chance.randbytes(32)))
    elif kind == 1:
        note = LOG.sign(len(held), chance.randbytes(32))
    elif kind == 2:
        note = LOG.sign(len(held) + chance.choice([-1, 1]), chance.randbytes(32))
    else:
        good = bytearray((folder / "checkpoint").read_bytes())
        body = len(read_note(good.decode()).text.encode())
        at = chance.randrange(body)
        good[at] = good[at] ^ 1
        note = good.decode("latin-1")
    (folder / "checkpoint").write_text(note, encoding="utf-8")


def shift_clock(folder, held, chance):
    """Set the clock back for some entries, in what they say, in leaves, or in a witness's time."""
    place = chance.randrange(1, len(held))
    kind = chance.randrange(3)
    if kind == 0:  # a log that was honestly made while its clock stood wrong
        back = timedelta(seconds=chance.randrange(4_000, 100_000))
        late = [
            seal(an_event(e.sequence - 1, at=e.event.at - back), e.sequence, e.salt)
            for e in held[place:]
        ]
        write(folder, [*held[:place], *late], checkpoint([*held[:place], *late]))
    elif kind == 1:  # another time in an entry
        moved = _other(held, place, at=NOON + timedelta(days=chance.randrange(1, 99)))
        write(folder, [*held[:place], moved, *held[place + 1 :]], checkpoint(held))
    else:  # another time in a cosignature
        note = read_note((folder / "checkpoint").read_text())
        log, line = note.signatures
        at = int.from_bytes(line.content[:8], "big") - chance.randrange(1, 10**6)
        line = line._replace(content=at.to_bytes(8, "big") + line.content[8:])
        (folder / "checkpoint").write_text(str(note._replace(signatures=(log, line))))


def erase_silently(folder, held, chance):
    write(folder, held, gone=frozenset(chance.sample(range(1, len(held) + 1), 2)))


TAMPERS: list[Tamper] = [
    edit, edit_body, delete, delete_file, insert, reorder, truncate, roll_back, split_view,
    edit_tile, add_tile, sign_again, shift_clock, erase_silently,
]  # fmt: skip


def proof_of(held: list[Entry], index: int, note: str | None = None) -> dict[str, object]:
    hashes = [leaf_hash(e.leaf) for e in held]

    def nodes(level: int, place: int, count: int) -> list[bytes]:
        width = TILE**level
        return [
            verify.halved(hashes[n * width : n * width + width])
            for n in range(place, place + count)
        ]

    steps = merkle.inclusion(nodes, index, len(held))

    def coded(content: bytes) -> str:
        return base64.b64encode(content).decode()

    entry = held[index]
    return json.loads(
        json.dumps(
            {
                "index": index,
                "leaf": coded(entry.leaf),
                "proof": [coded(step) for step in steps],
                "checkpoint": note or checkpoint(held),
                "salt": coded(entry.salt),
                "body": coded(entry.body),
            }
        )
    )
