"""Catalogues in and out: records of the UK model, a harvest, and what another node says.

The records are the 12 valid and 20 invalid examples of the UK Cross-Government Metadata Exchange
Model, each many times over under other identifiers, and the 2,153 real records of opendata.scot
that come with the demo. The yardstick of reading is to parse the same JSON and nothing more.
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import process_time
from typing import Any

from harness import ROOT, Figure, quiet_database

from fairway.demo.catalogues import CATALOGUES
from fairway.nouns.entries import CatalogueEntry
from fairway.nouns.follows import Changes
from fairway.standards import dcat, documents, ukgov
from fairway.standards.harvesting import CatalogueReaders
from fairway.verbs import harvests
from fairway.verbs.acting import SYSTEM
from fairway.verbs.ports import Platform
from fairway.wiring import close_node, create_node

EXAMPLES = ROOT / "tests/standards/data/ukgov"
RECORDS = 24_000
PAGE = 500
LEAST = 1000
"""Records a second that were promised for the UK model."""


def measure(quick: bool) -> Iterator[Figure]:
    yield from _model(RECORDS // 10 if quick else RECORDS)
    scottish = CATALOGUES[0]
    text = scottish.read().decode("utf-8")
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder, quiet_database():
        platform = create_node(Path(folder) / "node", "Bench")
        try:
            yield from _harvested(platform, scottish.source, text)
            yield from _followed(platform, CatalogueReaders().read(text, scottish.source).entries)
        finally:
            close_node()


def _model(size: int) -> Iterator[Figure]:
    """Judge valid and invalid records, and read valid ones from a text."""
    for kind in ("valid", "invalid"):
        records = list(_records(kind, size))
        found: list[int] = []
        taken = _cpu(lambda r=records, f=found: f.extend(len(ukgov.problems(one)) for one in r))
        assert all((wrong > 0) == (kind == "invalid") for wrong in found)
        yield _rate(f"{kind} records of the UK model, judged", size, taken, target=LEAST)
    text = json.dumps(list(_records("valid", size)))
    plain = _cpu(lambda: json.loads(text))
    taken = _cpu(lambda: ukgov.read(text, "bench"))
    yield _rate(
        "records of the UK model, read into entries",
        size,
        taken,
        target=LEAST,
        yardstick="the time of parsing the JSON alone",
        ratio=taken / plain,
    )


def _records(kind: str, size: int) -> Iterator[Mapping[str, Any]]:
    examples = [
        documents.read_all(path.read_text("utf-8"), path.name)[0]
        for path in sorted(EXAMPLES.glob(f"*/{kind}/*.yaml"))
    ]
    for number in range(size):
        record = examples[number % len(examples)]
        changed = (
            {"identifier": f"{record['identifier']}-{number}"} if "identifier" in record else {}
        )
        yield {**record, **changed}


def _harvested(platform: Platform, source: str, text: str) -> Iterator[Figure]:
    """Harvest real records into an empty node, on the record and into the index; and once more."""
    for name in ("harvested for the first time", "harvested again, unchanged"):
        done: list[int] = []
        taken = _cpu(
            lambda d=done: d.append(harvests.harvest(platform, SYSTEM, source, text).harvest.total)
        )
        yield _rate(f"records {name}", done[0], taken)


def _followed(platform: Platform, entries: tuple[CatalogueEntry, ...]) -> Iterator[Figure]:
    """Write what changed as pages of a feed, and take them over as a node that follows does."""
    about = dcat.About(
        "Bench", "Records of a bench.", "Bench", base="https://bench.example.gov.uk/"
    )
    parts = [entries[n : n + PAGE] for n in range(0, len(entries), PAGE)]
    pages: list[str] = []
    taken = _cpu(
        lambda: pages.extend(dcat.write_changes(Changes(p, "bench.1"), about) for p in parts)
    )
    yield _rate("changes written as a feed", len(entries), taken)

    def take_over() -> None:
        for page in pages:
            told = CatalogueReaders().changes(page, "Followed")
            assert len(told.entries) > 0
            read = harvests.Catalogue("dcat", told.entries, told.faults)
            harvests.take_over(platform, SYSTEM, "Followed", read, str(hash(page)), complete=False)

    yield _rate("changes of a followed node taken over", len(entries), _cpu(take_over))


def _cpu(work: Callable[[], object]) -> float:
    """Return the seconds of the processor that a piece of work takes."""
    started = process_time()
    work()
    return process_time() - started


def _rate(name: str, size: int, taken: float, **more: Any) -> Figure:
    note = f"{size:,} records, by time of the processor"
    return Figure(name, size / taken, "/s", at_least=True, note=note, **more)
