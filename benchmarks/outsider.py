"""`fairway-verify` over a log of 30 million entries, on two processes, and what is new afterwards.

The log is written as a node exports one: 30 million genuine leaves (a version, a time, a
commitment), hashed into every tile, under a signed and cosigned checkpoint. Bodies are left out, as
they are for an outsider. `FAIRWAY_BENCH_ENTRIES` says how many entries; 30 million take 2.3 GB.
"""

import os
import resource
import tempfile
from collections.abc import Iterator
from itertools import islice
from multiprocessing import Pool
from pathlib import Path

from harness import Figure, wall

from fairway import verify
from fairway.ledger.checkpoints import Signer
from fairway.rules import merkle
from fairway.rules.ledger import leaf_entry
from fairway.rules.merkle import TILE, bundle, leaf_hash, tile_path
from fairway.rules.notes import read_note

BEGIN = 1_767_225_600_000_000  # microseconds since 1970: the first of January 2026
APART = 500_000  # microseconds between two entries
LOG, WITNESS = Signer(bytes([1]) * 32), Signer(bytes([2]) * 32)
TOGETHER = 256  # bundles that one process writes at a time


def measure(quick: bool) -> Iterator[Figure]:
    entries = int(os.environ.get("FAIRWAY_BENCH_ENTRIES", "1000000" if quick else "30000000"))
    entries -= entries % (TILE * TOGETHER)
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder:
        log, state = Path(folder) / "log", Path(folder) / "state"
        grown = _write(log, entries - TILE * TOGETHER, merkle.NOTHING)
        trust = verify.Trust(
            verify.read_key(str(LOG.key)), [verify.read_key(str(WITNESS.witness_key))], 1
        )
        begun = _cpu()
        seconds = wall(lambda: verify.verify_log(log, trust, [], 2, state))
        yield Figure(
            f"fairway-verify over {grown.size:,} entries, two processes",
            seconds,
            "s",
            target=60,
            note=f"{_cpu() - begun:.0f} s of CPU, load {os.getloadavg()[0]:.1f}",
        )
        grown = _write(log, entries, grown)
        for what in (f"{TILE * TOGETHER:,} entries that are new", "nothing new"):
            yield Figure(
                f"fairway-verify --state over {grown.size:,} entries, {what}",
                wall(lambda: verify.verify_log(log, trust, [], 2, state)),
                "s",
                target=1,
            )


def _cpu() -> float:
    own, others = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def _write(log: Path, entries: int, before: merkle.Edge) -> merkle.Edge:
    """Write a log from the size it has up to another, and sign it."""
    jobs = [(log, number) for number in range(before.size // TILE, entries // TILE, TOGETHER)]
    edge, nodes = before, []
    with Pool(2) as pool:
        for hashes in pool.imap(_bundles, jobs):
            for first in range(0, len(hashes), 1 << 16):
                edge, made = merkle.grow(edge, hashes[first : first + (1 << 16)])
                nodes += made
    _upper(log, edge.size, nodes)
    note = LOG.sign(edge.size, merkle.root(edge))
    at = (BEGIN + APART * edge.size) // 1_000_000 + 60
    (log / "checkpoint").write_text(note + str(WITNESS.cosign(read_note(note).text, at)))
    return edge


def _bundles(job: tuple[Path, int]) -> list[bytes]:
    """Write bundles of entries and the tiles of their hashes; return the hashes."""
    log, number = job
    found: list[bytes] = []
    for place in range(number, number + TOGETHER):
        chance = os.urandom(32 * TILE)
        leaves = [
            leaf_entry(BEGIN + APART * (place * TILE + n), chance[32 * n : 32 * n + 32])
            for n in range(TILE)
        ]
        hashes = [leaf_hash(leaf) for leaf in leaves]
        _put(log / tile_path(None, place, TILE), bundle(leaves))
        _put(log / tile_path(0, place, TILE), b"".join(hashes))
        found += hashes
    return found


def _upper(log: Path, size: int, nodes: list[merkle.Node]) -> None:
    """Write the tiles above the lowest level, from the nodes that whole tiles made."""
    for level in (1, 2, 3):
        if not size >> 8 * level:
            break
        row = iter([node for node in nodes if node.level == level])
        first = next(row, None)
        if first is None:
            continue
        held, place = _partial(log, level, first.place), first.place // TILE
        held += [first.hash, *(node.hash for node in row)]
        tiles = iter(held)
        while part := list(islice(tiles, TILE)):
            _put(log / tile_path(level, place, len(part)), b"".join(part))
            place += 1


def _partial(log: Path, level: int, place: int) -> list[bytes]:
    """Return the hashes of a tile that was not whole when the log was written last."""
    width = place % TILE
    if not width:
        return []
    held = (log / tile_path(level, place // TILE, width)).read_bytes()
    return [held[n * 32 : n * 32 + 32] for n in range(width)]


def _put(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
