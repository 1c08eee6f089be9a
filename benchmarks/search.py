"""Search over 100,000 entries: load, a query with facets, a change until it is found, memory.

The entries are 6,209 real descriptions of datasets, each told again for other years, places and
publishers; the queries are the 297 real ones that belong to them. The yardstick of a query is what
the same database needs to find and order the same words by its own ranking alone.
"""

import csv
import json
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from django.db import connection
from harness import ROOT, Figure, Skipped, median, percentile, quiet_database, wall

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, GetAt
from fairway.nouns.search import EVERYONE, Indexed, SearchQuery
from fairway.rules.search import understood
from fairway.rules.wording import forms
from fairway.verbs.ports import Platform
from fairway.wiring import close_node, create_node

COLLECTION = (
    Path(os.environ.get("FAIRWAY_SHARED_DATA") or ROOT.parent / "shared/data") / "search-benchmark"
)
ENTRIES = 100_000
AUDIENCES = frozenset({EVERYONE, "labour"})
PLACES = ("England", "Scotland", "Wales", "Northern Ireland", "London", "Glasgow", "Leeds")


def measure(quick: bool) -> Iterator[Figure]:
    if not COLLECTION.is_dir():
        raise Skipped(f"there is no {COLLECTION.name} beside the project")
    lines = (COLLECTION / "queries.dev.tsv").read_text("utf-8").splitlines()
    queries = [line.partition("\t")[2] for line in lines if line]
    size = ENTRIES // 10 if quick else ENTRIES
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder, quiet_database():
        platform = create_node(Path(folder) / "node", "Bench")
        try:
            yield from _on(platform, size, queries)
        finally:
            close_node()


def _on(platform: Platform, size: int, queries: Sequence[str]) -> Iterator[Figure]:
    made = list(entries(size))
    before = _memory()
    yield Figure(f"load {size:,} entries", wall(lambda: _load(platform, made)), "s", target=60)
    first = wall(lambda: platform.index.search(SearchQuery("first"), AUDIENCES))
    taken, plain, busy = [], [], []
    for text in queries:
        query = SearchQuery(text)
        begun = time.process_time()
        taken.append(wall(lambda q=query: platform.index.search(q, AUDIENCES)) * 1000)
        busy.append((time.process_time() - begun) * 1000)
        plain.append(wall(lambda t=text: _plain(t)) * 1000)
    yield Figure(
        f"a search of {size:,} entries with facets, p95",
        percentile(taken, 0.95),
        "ms",
        yardstick="FTS5 finding and ordering the same words",
        ratio=percentile(taken, 0.95) / percentile(plain, 0.95),
        target=50,
        note=f"median {median(taken):.0f} ms, {len(queries)} real queries;"
        f" of the processor {percentile(busy, 0.95):.0f}, median {median(busy):.0f} ms;"
        f" the first of a process {first * 1000:.0f} ms",
    )
    changes = []
    for number in range(21):
        word = f"novelty{number}"
        entry = CatalogueEntry(f"entry-{number * 37}", EntryKind.DATASET, f"A {word}")
        changes.append(wall(lambda e=entry, w=word: _change(platform, e, w)) * 1000)
    yield Figure(
        "a changed entry, until it is found", percentile(changes, 0.95), "ms", target=50, note="p95"
    )
    yield Figure(
        "memory of the process, beyond what it held before the load",
        _memory() - before,
        "MB",
        target=500,
    )


def entries(size: int) -> Iterator[Indexed]:
    """Yield real descriptions, told again for other years, places and publishers."""
    chance = random.Random(3)
    told = [json.loads(line) for line in (COLLECTION / "docs.jsonl").open(encoding="utf-8")]
    listed = (files("fairway.search") / "organisations.csv").read_text("utf-8").splitlines()
    bodies = [line["name"] for line in csv.DictReader(listed)]
    for number in range(size):
        real = told[number % len(told)]
        year, place = 1990 + number % 35, chance.choice(PLACES)
        sentences = real["text"].split(". ")
        chance.shuffle(sentences)
        yield Indexed(
            CatalogueEntry(
                id=f"entry-{number}",
                kind=chance.choice(list(EntryKind)),
                title=f"{real['title']} {place} {year}",
                description=". ".join(sentences)[:1500],
                organisation=chance.choice(bodies),
                domain=f"domain-{number % 40}",
                get_at=chance.choice(list(GetAt)),
                licence=chance.choice(("OGL v3", "CC BY 4.0", "")),
                classification=chance.choice(("none", "personal", "")),
                places=(place,),
                columns=("local_authority_code", "year", f"value_{number % 50}"),
                period=(date(year, 1, 1), date(min(year + number % 5, 2025), 12, 31)),
                modified=date(2015, 1, 1) + timedelta(days=number % 4000),
                distributions=(Distribution(format=chance.choice(("CSV", "JSON", "XLSX"))),),
            ),
            chance.choice((EVERYONE, EVERYONE, EVERYONE, "labour", "elsewhere")),
        )


def _load(platform: Platform, made: Sequence[Indexed]) -> None:
    with platform.store.transaction():
        platform.index.put_entries(made)


def _plain(text: str) -> None:
    words = [form for c in understood(text, {}).concepts for w in c.words for form in forms(w)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid FROM search_text(%s) ORDER BY rank LIMIT 100",
            [" OR ".join(f'"{word}"' for word in words)],
        )
        cursor.fetchall()


def _change(platform: Platform, entry: CatalogueEntry, word: str) -> None:
    with platform.store.transaction():
        platform.index.put_entries([Indexed(entry)])
    hits = platform.index.search(SearchQuery(word), AUDIENCES).hits
    assert [hit.id for hit in hits] == [entry.id]


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
