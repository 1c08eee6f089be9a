"""`fairway bench`: measure what can be measured on a collection of your own."""

import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from fairway.cli.manual import Manual, Verbs
from fairway.cli.output import say, table, tell, watched, write_json
from fairway.nouns.entries import CatalogueEntry, EntryKind
from fairway.nouns.errors import BadInput
from fairway.nouns.search import Indexed, SearchQuery
from fairway.rules.relevance import averaged, measured

DEPTH = 100

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(
    cls=Verbs,
    example="fairway bench search --corpus docs.jsonl --queries queries.tsv --qrels qrels.txt",
)
def bench() -> None:
    """Measure Fairway on a collection of your own."""


@bench.command(
    cls=Manual,
    example="fairway bench search --corpus docs.jsonl --queries queries.tsv --qrels qrels.txt",
)
@click.option("--corpus", type=_FILE, required=True, help='Lines of {"id", "title", "text"}.')
@click.option("--queries", type=_FILE, required=True, help="Lines of a query's id, tab, words.")
@click.option("--qrels", type=_FILE, required=True, help="Lines of query, 0, document, grade.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
def search(corpus: Path, queries: Path, qrels: Path, as_json: bool) -> None:
    """Measure the ranking of searches against judgements.

    The corpus goes into an index of its own, made for this and thrown away: the same index and the
    same ranking that a node has. Queries that nobody judged are left out.
    """
    from fairway.wiring import close_node, create_node

    judged = _judgements(qrels)
    asked = {query: words for query, words in _queries(queries) if query in judged}
    if not asked:
        raise BadInput("bench.no_queries", "No query has a judgement.", file=str(qrels))
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder:
        platform = create_node(Path(folder) / "node", "Bench")
        try:
            if watched():
                tell("Indexing …")
            with platform.store.transaction():
                platform.index.put_entries(_entries(corpus))
            each = []
            for query, words in asked.items():
                page = platform.index.search(SearchQuery(words, limit=DEPTH), None)
                each.append(measured([hit.id for hit in page.hits], judged[query]))
        finally:
            close_node()
    told = averaged(each)
    if as_json:
        write_json({"queries": len(each), **{k: round(v, 4) for k, v in told.items()}})
        return
    table(["Measure", "Mean"], [[name, f"{value:.4f}"] for name, value in told.items()])
    say(f"\nOver {len(each)} queries.")


def _entries(corpus: Path) -> Iterator[Indexed]:
    for line, text in _lines(corpus):
        try:
            told: dict[str, Any] = json.loads(text)
            yield Indexed(
                CatalogueEntry(
                    id=str(told["id"]),
                    kind=EntryKind.DATASET,
                    title=str(told["title"]),
                    description=str(told["text"]),
                )
            )
        except (ValueError, KeyError, TypeError):
            raise _bad(corpus, line, 'a JSON object with "id", "title" and "text"') from None


def _queries(file: Path) -> Iterator[tuple[str, str]]:
    for line, text in _lines(file):
        query, tab, words = text.partition("\t")
        if not tab:
            raise _bad(file, line, "a query's id, a tab and its words")
        yield query.strip(), words


def _judgements(file: Path) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = defaultdict(dict)
    for line, text in _lines(file):
        try:
            query, _, document, grade = text.split()
            judged[query][document] = int(grade)
        except ValueError:
            raise _bad(file, line, "a query's id, 0, a document's id and a grade") from None
    return judged


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold anything, with their numbers."""
    with file.open(encoding="utf-8") as given:
        for number, text in enumerate(given, start=1):
            if text.strip():
                yield number, text.rstrip("\n")


def _bad(file: Path, line: int, wanted: str) -> BadInput:
    return BadInput("bench.bad_line", f"A line has to be {wanted}.", file=str(file), line=line)
