#!/usr/bin/env python3
"""Verify a Fairway record from outside: inclusion, consistency, signatures, witnesses, gaps, times.

One file on Python's standard library and `cryptography`: read it, copy it to a machine you trust.

    python verify.py PATH --key KEY [--witness KEY ...] [--since CHECKPOINT ...] [--state FILE]

PATH is a directory with an exported log (`checkpoint`, `tile/` and, for those who may see them,
`bodies/`), or a file with proofs as the node's API gives them. KEY is a verifier's key, as `fairway
audit key` prints it: get it by another way than the log. A CHECKPOINT is one that you kept from
before, or had from somebody else: only that, or a witness, shows that nothing was taken back.

Exit code 0: all is as it should be. 1: it is not. 2: it cannot be told. Formats: RFC 9162 (2.1),
C2SP tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature.
"""

import argparse
import base64
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import accumulate
from multiprocessing import Pool
from pathlib import Path
from struct import unpack
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TILE, HASH, LEAF, SALT = 256, 32, 41, 16
TOLERANCE = 300 * 10**6  # microseconds that clocks may differ
CHUNK = 64  # bundles that one process verifies at a time
GONE = b"\xff\xff\xff\xff"
EMPTY = sha256(b"").digest()


class Bad(Exception):
    """Something is not as it should be; the message says what."""


class Key(NamedTuple):
    """A verifier's key: whose, its id, its type (1 signs, 4 cosigns), the public key."""

    name: str
    id: bytes
    type: int
    public: bytes


class Checkpoint(NamedTuple):
    """A signed head of a log."""

    text: str
    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...]


def read_key(written: str) -> Key:
    """Return a key from how it is written down."""
    try:
        name, identity, material = written.strip().split("+", 2)
        content = base64.b64decode(material, validate=True)
        found = sha256(name.encode() + b"\n" + content).digest()[:4]
        if found.hex() != identity or len(content) != 33 or content[0] not in (1, 4):
            raise ValueError
    except ValueError:
        raise Bad(f"this is not a verifier's key: {written.strip()[:80]}") from None
    return Key(name, found, content[0], content[1:])


def read_checkpoint(note: str, what: str) -> Checkpoint:
    """Return a checkpoint from its text; `what` is how it is called."""
    text, gap, lines = note.rpartition("\n\n")
    try:
        origin, size, root, *_ = text.split("\n")
        hashed = base64.b64decode(root, validate=True)
        if not gap or not origin or str(int(size)) != size or int(size) < 0 or len(hashed) != HASH:
            raise ValueError
        written = [line.split(" ") for line in lines.splitlines()]
        below = [(name, base64.b64decode(line, validate=True)) for _, name, line in written]
    except ValueError:
        raise Bad(f"{what} is not a signed checkpoint") from None
    signatures = tuple((name, content[:4], content[4:]) for name, content in below)
    return Checkpoint(text + "\n", origin, int(size), hashed, signatures)


def signed(key: Key, note: Checkpoint) -> int | None:
    """Return when a key signed a checkpoint (0 where it says no time), None if it did not."""
    public = Ed25519PublicKey.from_public_bytes(key.public)
    for name, identity, content in note.signatures:
        if (name, identity) != (key.name, key.id):
            continue
        at, message, signature = 0, note.text, content
        if key.type == 4:
            at, signature = int.from_bytes(content[:8], "big"), content[8:]
            message = f"cosignature/v1\ntime {at}\n{note.text}"
        with suppress(InvalidSignature, ValueError):
            public.verify(signature, message.encode())
            return at
    return None


@dataclass
class Trust:
    """Whose signatures have to stand below a checkpoint."""

    key: Key
    witnesses: Sequence[Key] = ()
    quorum: int = 0

    def check(self, note: Checkpoint, what: str, *, witnessed: bool = True) -> list[int]:
        """Raise `Bad` unless a checkpoint is signed as it has to be; return when by witnesses."""
        if note.origin != self.key.name:
            raise Bad(f"{what} is of another log: {note.origin}")
        if signed(self.key, note) is None:
            raise Bad(f"{what} is not signed by the log's key")
        times = [at for key in self.witnesses if (at := signed(key, note)) is not None]
        if witnessed and len(times) < self.quorum:
            raise Bad(f"{what} is cosigned by {len(times)} witnesses, not by {self.quorum}")
        if any(at * 10**6 > time.time() * 10**6 + TOLERANCE for at in times):
            raise Bad(f"{what} is cosigned at a time that has not come yet")
        return times


def node_hash(left: bytes, right: bytes) -> bytes:  # RFC 9162, 2.1.1
    """Return the hash of a node over its children's."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """The roots of the perfect subtrees of a tree that only grows."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        self.size = size
        bits = [b for b in range(size.bit_length() - 1, -1, -1) if size >> b & 1]
        self.held = dict(zip(bits, edge, strict=True))

    def add(self, found: bytes, level: int = 0) -> None:
        """Add the root of a perfect subtree; the size has to be a multiple of its leaves."""
        self.size += 1 << level
        while level in self.held:
            found = node_hash(self.held.pop(level), found)
            level += 1
        self.held[level] = found  # the largest stays first

    def root(self) -> bytes:
        """Return the root of the whole tree."""
        found = b""
        for level in sorted(self.held):
            found = node_hash(self.held[level], found) if found else self.held[level]
        return found or EMPTY


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether a proof shows an entry at an index: RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, sha256(b"\x00" + leaf).digest()
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def tile_file(log: Path, kind: str, number: int, width: int) -> Path:
    """Return where a tile, a bundle or the bodies of a bundle lie."""
    name = f"{number % 1000:03d}" + ("" if width == TILE else f".p/{width}")
    while number := number // 1000:
        name = f"x{number % 1000:03d}/{name}"
    return log / kind / name


def read_file(file: Path, what: str) -> bytes:
    """Return a file's bytes."""
    try:
        return file.read_bytes()
    except OSError:
        raise Bad(f"{what} is missing: {file}") from None


def bodies_of(run: bytes, first: int) -> list[tuple[bytes, bytes] | None]:
    """Return salts and bodies, None for each that was erased."""
    found: list[tuple[bytes, bytes] | None] = []
    at = 0
    while at < len(run):
        mark, at = run[at : at + 4], at + 4
        if mark == GONE:
            found.append(None)
            continue
        end = at + SALT + int.from_bytes(mark, "big")
        if end > len(run):
            raise Bad(f"the bodies from {first + 1} on are cut short")
        found.append((run[at : at + SALT], run[at + SALT : end]))
        at = end
    return found


def check_body(entry: bytes, salt: bytes, body: bytes, place: int) -> Any:
    """Return the event in a body that its leaf stands for."""
    if sha256(salt + body).digest() != entry[9:]:
        raise Bad(f"the body of entry {place} is not the one that was hashed")
    try:
        event = json.loads(body)
        at = datetime.fromisoformat(event["at"])
    except (ValueError, KeyError, TypeError):
        raise Bad(f"the body of entry {place} is not an event") from None
    if at != datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_of(entry)):
        raise Bad(f"the time of entry {place} is not that of its leaf")
    return event


def time_of(entry: bytes) -> int:
    """Return the time in an entry, in microseconds since 1970."""
    return int.from_bytes(entry[1:9], "big", signed=True)


class Seen(NamedTuple):
    """What one process found: roots of whole bundles, hashes of a partial one, times, bodies."""

    roots: list[bytes]
    rest: list[bytes]
    earliest: int
    latest: int
    gone: list[int]
    erased: list[int]
    bodies: int


def halved(row: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of hashes."""
    while len(row) > 1:
        pairs = iter(row)
        row = [sha256(b"\x01" + a + b).digest() for a, b in zip(pairs, pairs, strict=True)]
    return row[0]


def bundle_of(log: Path, number: int, size: int) -> list[bytes]:
    """Return the entries of a bundle, 41 bytes behind a length in two; none after the log's end."""
    width, step = min(TILE, size - number * TILE), 2 + LEAF
    if width <= 0:
        return []
    what = f"the bundle of entry {number * TILE + 1}"
    bundle = read_file(tile_file(log, "tile/entries", number, width), what)
    heads = [bundle[at::step] for at in range(3)]  # the length in two bytes, and the version
    if len(bundle) != width * step or heads != [b"\x00" * width, b")" * width, b"\x01" * width]:
        raise Bad(f"{what} does not hold {width} entries of 41 bytes")
    return [bundle[at + 2 : at + step] for at in range(0, len(bundle), step)]


def look(job: tuple[Path, int, int, int, bool]) -> Seen:
    """Verify the bundles from a number up to another, in a process of its own."""
    log, start, end, size, with_bodies = job
    seen = Seen([], [], 0, 0, [], [], 0)
    count, earliest, latest = 0, 2**63, -(2**63)
    for number in range(start, end):
        first, entries = number * TILE, bundle_of(log, number, size)
        hashes = [sha256(b"\x00" + entry).digest() for entry in entries]
        file = tile_file(log, "tile/0", number, len(entries))
        if read_file(file, f"the tile of entry {first + 1}") != b"".join(hashes):
            raise Bad(f"the tile of the entries from {first + 1} on is not what they hash to")
        times = [latest, *unpack(">" + "xq32x" * len(entries), b"".join(entries))]
        if times != sorted(times):  # most often they are
            for place, peak in enumerate(accumulate(times, max), first):
                if times[place - first] < peak - TOLERANCE:
                    raise Bad(f"the clock went back at entry {place}")
        earliest, latest = min(earliest, *times[1:]), max(times)
        if with_bodies:
            count += look_at_bodies(log, number, entries, seen)
        if len(entries) < TILE:
            seen.rest.extend(hashes)
        else:
            seen.roots.append(halved(hashes))
    return seen._replace(earliest=earliest, latest=latest, bodies=count)


def look_at_bodies(log: Path, number: int, entries: Sequence[bytes], seen: Seen) -> int:
    """Hold the bodies of a bundle against its entries; return how many there are."""
    first, file = number * TILE, tile_file(log, "bodies", number, len(entries))
    bodies = bodies_of(read_file(file, f"the bodies from {first + 1} on"), first)
    if len(bodies) != len(entries):
        raise Bad(f"there are {len(bodies)} bodies for the entries from {first + 1} on")
    for place, (entry, held) in enumerate(zip(entries, bodies, strict=True), first + 1):
        if held is None:
            seen.gone.append(place)
            continue
        event = check_body(entry, *held, place)
        if (event.get("action"), event.get("outcome")) == ("audit.erase", "done"):
            named = event.get("details", {}).get("sequences", [])
            seen.erased.extend(n for n in named if type(n) is int and n < place)
    return len(bodies) - bodies.count(None)


def looked(jobs: Sequence[Any], processes: int) -> Iterator[Seen]:
    """Look at bundles, in as many processes as are wanted, else as there are processors."""
    with Pool(processes or os.cpu_count()) if len(jobs) > 1 else nullcontext() as pool:
        yield from pool.imap(look, jobs) if pool else map(look, jobs)


class Log:
    """An exported log on the way of being verified."""

    def __init__(self, folder: Path, trust: Trust) -> None:
        self.folder, self.trust = folder, trust
        text = read_file(folder / "checkpoint", "the checkpoint").decode("utf-8", "replace")
        self.note = read_checkpoint(text, "the checkpoint")
        self.cosigned = trust.check(self.note, "the checkpoint")
        self.text, self.tree = text, Tree()
        self.latest, self.marks = -(2**63), dict[int, list[Checkpoint]]()
        self.roots: list[bytes] = []  # of whole bundles

    def expect(self, old: Checkpoint, what: str) -> None:
        """Note a checkpoint from before, which the log has to have grown from."""
        self.trust.check(old, what, witnessed=False)
        if old.size > self.note.size:
            raise Bad(f"the log has {self.note.size} entries, and had {old.size} before")
        self.marks.setdefault(old.size // TILE, []).append(old)

    def resume(self, state: Path) -> int:
        """Begin after what was verified before; return how many entries that were."""
        try:
            known = json.loads(state.read_text())
            old = read_checkpoint(known["checkpoint"], "the state")
            tree = Tree(known["whole"], [bytes.fromhex(h) for h in known["edge"]])
            self.latest = int(known["latest"])
        except (ValueError, KeyError, TypeError, OSError):
            raise Bad(f"the file of what was verified before is damaged: {state}") from None
        self.expect(old, "the checkpoint verified before")
        if all(number >= tree.size // TILE for number in self.marks):
            self.tree = tree
        return self.tree.size

    def keep(self, state: Path) -> None:
        """Write down what was verified."""
        edge = [found.hex() for found in self.whole[1]]
        kept = {"whole": self.whole[0], "edge": edge, "latest": self.latest}
        draft = state.with_suffix(".new")
        draft.write_text(json.dumps({**kept, "checkpoint": self.text}))
        draft.replace(state)

    def hold(self) -> None:
        """Hold checkpoints that ended in the next bundle against the tree, and their times."""
        for old in self.marks.pop(self.tree.size // TILE, []):
            entries = bundle_of(self.folder, self.tree.size // TILE, self.note.size)
            inside = old.size - self.tree.size
            partial = Tree(self.tree.size, [*self.tree.held.values()])
            for entry in entries[:inside]:
                partial.add(sha256(b"\x00" + entry).digest())
            if partial.root() != old.root:
                raise Bad(f"the log shows another history: its first {old.size} were others")
            for at in [at for key in self.trust.witnesses if (at := signed(key, old)) is not None]:
                if inside < len(entries) and time_of(entries[inside]) < at * 10**6 - TOLERANCE:
                    raise Bad(f"entry {old.size + 1} claims to be older than what came before it")

    def walk(self, processes: int) -> tuple[int, int]:
        """Verify every bundle that is left. Return how many bodies are there, and how many gone."""
        begin, size = self.tree.size // TILE, self.note.size
        end, with_bodies = -(-size // TILE), (self.folder / "bodies").is_dir()
        starts = range(begin, end, CHUNK)
        jobs = [(self.folder, at, min(at + CHUNK, end), size, with_bodies) for at in starts]
        rest: list[bytes] = []
        gone: set[int] = set()
        bodies = erased = 0
        for seen in looked(jobs, processes):
            if seen.earliest < self.latest - TOLERANCE:
                raise Bad(f"the clock went back after entry {self.tree.size}")
            self.latest = max(self.latest, seen.latest)
            for found in seen.roots:
                self.hold()
                self.tree.add(found, 8)
            self.roots += seen.roots
            rest += seen.rest
            gone = (gone | set(seen.gone)) - set(seen.erased)
            bodies += seen.bodies
            erased += len(seen.gone)
        self.hold()
        self.whole = self.tree.size, [*self.tree.held.values()]
        for found in rest:
            self.tree.add(found)
        if begin == 0 and gone:
            raise Bad(f"the body of entry {min(gone)} is gone, and no erasure is on the record")
        return bodies, erased

    def check_tiles(self) -> None:
        """Compare the tiles above the leaves with the entries, and look for files beside them."""
        level, row, size = 1, self.roots, self.note.size
        while row:
            for number in range(-(-len(row) // TILE)):
                part = row[number * TILE : number * TILE + TILE]
                file = tile_file(self.folder, f"tile/{level}", number, len(part))
                if read_file(file, f"a tile of level {level}") != b"".join(part):
                    raise Bad(f"tile {number} of level {level} is not what its entries hash to")
            level += 1
            row = [halved(row[at : at + TILE]) for at in range(0, len(row) - TILE + 1, TILE)]
        whole = [(number, min(TILE, size - number * TILE)) for number in range(-(-size // TILE))]
        for kind in ("tile/entries", "tile/0", "bodies"):
            counted = {tile_file(self.folder, kind, *one) for one in whole}
            for file in (self.folder / kind).rglob("*"):
                if file.is_file() and file not in counted:
                    raise Bad(f"the checkpoint does not count this file: {file}")


def verify_log(
    folder: Path, trust: Trust, since: Sequence[Checkpoint], processes: int, state: Path | None
) -> list[str]:
    """Return what can be said of an exported log. Raises `Bad` at the first thing that is amiss."""
    log = Log(folder, trust)
    for number, old in enumerate(since, start=1):
        log.expect(old, f"checkpoint {number} from before")
    before = log.resume(state) if state is not None and state.exists() else 0
    bodies, gone = log.walk(processes)
    if (log.tree.size, log.tree.root()) != (log.note.size, log.note.root):
        raise Bad("the entries are not those that the checkpoint was signed for")
    if any(log.latest > at * 10**6 + TOLERANCE for at in log.cosigned):
        raise Bad("an entry is later than the witness that saw it")
    if not before:
        log.check_tiles()
    if state is not None:
        log.keep(state)
    return [
        f"{log.note.size} entries, {before} of them verified before, root {log.note.root.hex()}",
        f"signed by {trust.key.name}, and by {len(log.cosigned)} witnesses",
        f"grown from {len(since)} earlier checkpoints",
        f"{bodies} bodies verified, {gone} erased on the record",
    ]


def verify_proofs(given: Any, trust: Trust) -> list[str]:
    """Return what can be said of a proof, or of a feed of them, as the node's API gives it."""
    items = given["items"] if isinstance(given, dict) and "items" in given else [given]
    shared = given.get("checkpoint") if isinstance(given, dict) else None
    last = -1
    for item in items:
        try:
            index, leaf = int(item["index"]), base64.b64decode(item["leaf"], validate=True)
            proof = [base64.b64decode(step, validate=True) for step in item["proof"]]
            note = read_checkpoint(item.get("checkpoint") or shared or "", "the checkpoint")
            salt, body = (base64.b64decode(item.get(name) or "") for name in ("salt", "body"))
        except (KeyError, ValueError, TypeError, AttributeError):
            raise Bad("this is not a proof") from None
        trust.check(note, "the checkpoint")
        if index <= last:
            raise Bad(f"entry {index + 1} is out of order")
        last = index
        if len(leaf) != LEAF or not included(leaf, index, note.size, proof, note.root):
            raise Bad(f"entry {index + 1} is not proved to be in the log")
        _ = body and check_body(leaf, salt, body, index + 1)
    return [f"{len(items)} entries are in the log, the last of them is {last + 1}"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; return the exit code."""
    parser = argparse.ArgumentParser(
        "fairway-verify", description=(__doc__ or "").partition("\n")[0]
    )
    add = parser.add_argument
    add("path", type=Path, help="a directory with an exported log, or a file with proofs")
    add("--key", required=True, help="the log's key")
    add("--witness", action="append", default=[], help="a witness's key; may be repeated")
    add("--quorum", type=int, help="how many of the witnesses have to have signed; else all")
    add("--since", action="append", default=[], type=Path, help="a checkpoint kept from before")
    add("--state", type=Path, help="a file of what was verified, so that next time less is to do")
    add("--processes", type=int, default=0, help="how many at once")
    given = parser.parse_args(arguments)
    try:
        witnesses = [read_key(one) for one in given.witness]
        quorum = len(witnesses) if given.quorum is None else given.quorum
        trust = Trust(read_key(given.key), witnesses, quorum)
        if given.path.is_dir():
            since = [read_checkpoint(file.read_text(), str(file)) for file in given.since]
            told = verify_log(given.path, trust, since, given.processes, given.state)
        else:
            told = verify_proofs(json.loads(given.path.read_bytes()), trust)
    except Bad as bad:
        sys.stdout.write(f"NOT VERIFIED: {bad}\n")
        return 1
    except (OSError, ValueError) as error:
        sys.stderr.write(f"This cannot be told: {error}\n")
        return 2
    sys.stdout.write("\n".join(["Verified.", *told, ""]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
