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
from fairway.verbs.ports import Platform

DEPTH = 100
_DOCUMENT = 'a JSON object with "id", "title" and "text"'

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
    same ranking that a node has. Queries that nobody judged are left out. The measures are those of
    trec_eval: ndcg_cut, map_cut, recall and success; a document that nobody judged is not relevant,
    and a judged one that is not in the corpus was not found.
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
                platform.index.put_entries(_told_once(_entries(corpus)))
            each = []
            for query, words in asked.items():
                each.append(measured(_ranking(platform, words), judged[query]))
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
            told: Any = json.loads(text)
            name = told["id"]
            if isinstance(name, bool) or not isinstance(name, str | int) or not str(name).strip():
                raise TypeError
            str(name).encode()
        except (ValueError, KeyError, TypeError, RecursionError):
            raise _bad(corpus, line, _DOCUMENT) from None
        texts = [told.get(field) or "" for field in ("title", "text")]
        if not all(isinstance(one, str) for one in texts):
            raise _bad(corpus, line, _DOCUMENT)
        yield Indexed(
            CatalogueEntry(
                id=str(name).strip(), kind=EntryKind.DATASET, title=texts[0], description=texts[1]
            )
        )


def _told_once(entries: Iterator[Indexed]) -> Iterator[Indexed]:
    """Yield the entries, and at the end say how many took the place of one of the same id."""
    seen: set[str] = set()
    again = 0
    for one in entries:
        again += one.entry.id in seen
        seen.add(one.entry.id)
        yield one
    if not seen:
        raise BadInput("bench.no_documents", "The corpus holds no document.")
    if again:
        tell(f"Documents with an id that was there before, whose place they took: {again:,}.")


def _queries(file: Path) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for line, text in _lines(file):
        query, tab, words = text.partition("\t")
        if not tab or not query.strip():
            raise _bad(file, line, "a query's id, a tab and its words")
        if query.strip() in seen:
            raise _bad(
                file, line, f"of a query of its own: '{query.strip()[:40]}' was there before"
            )
        seen.add(query.strip())
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


def _ranking(platform: Platform, words: str) -> list[str]:
    """Return what is found for a query, best first; for one without words, nothing."""
    if not any(c.isalnum() for c in words):
        return []  # a page would list everything by title, which ranks nothing
    page = platform.index.search(SearchQuery(words, limit=DEPTH), None)
    return [hit.id for hit in page.hits]


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold anything, with their numbers."""
    number = 0
    try:
        with file.open(encoding="utf-8-sig") as given:
            for number, text in enumerate(given, start=1):
                if text.strip():
                    yield number, text.rstrip("\n")
    except UnicodeDecodeError:
        raise _bad(file, number + 1, "text in UTF-8") from None


def _bad(file: Path, line: int, wanted: str) -> BadInput:
    return BadInput("bench.bad_line", f"A line has to be {wanted}.", file=str(file), line=line)
