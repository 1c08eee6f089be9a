"""The quality of catalogue records: of a file, or of a node's entries, as a table, CSV or JSON."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fairway.cli.door import Door
from fairway.cli.output import say, table, tell, write_json
from fairway.nouns.errors import BadInput

MOST_SHOWN = 20
PRINCIPLES = ("findable", "accessible", "interoperable", "reusable", "context")


@dataclass(frozen=True, slots=True)
class Scored:
    """What was scored, and the records that could not be used."""

    items: Sequence[dict[str, Any]]
    faults: Sequence[str] = ()


def of_catalogue(catalogue: str, form: str, *, allow_local: bool) -> Scored:
    """Score every record of a catalogue. Raises `BadInput` where none can be used."""
    from fairway.rules.metadata_quality import quality_row
    from fairway.standards import fetching
    from fairway.standards.harvesting import CatalogueReaders

    content = fetching.read(catalogue, allow_local=allow_local)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(
            "harvest.not_text",
            "This catalogue is not text in UTF-8.",
            remedy="Save it as UTF-8.",
            file=catalogue,
        ) from None
    read = CatalogueReaders().read(text, catalogue, form)
    faults = [str(fault) for fault in read.faults]
    if not read.entries:
        raise BadInput(
            "harvest.nothing_usable",
            f"Nothing in this catalogue can be used. {faults[0] if faults else ''}".rstrip(),
            remedy="Check the format, and that this is a catalogue.",
            file=catalogue,
        )
    named = ((e.sources[0].identifier if e.sources else e.id, e) for e in read.entries)
    return Scored([{"identifier": name, **quality_row(entry)} for name, entry in named], faults)


def of_node(door: Door) -> Scored:
    """Score every entry of a node."""
    items: list[dict[str, Any]] = []
    with door.open() as node:
        while True:
            page = node.quality(limit=100, offset=len(items))
            items += page
            if not page or len(items) >= (page.total or 0):
                return Scored(items)


def write(scored: Scored, *, as_json: bool, as_csv: bool) -> None:
    """Write what was scored."""
    for fault in scored.faults[:MOST_SHOWN]:
        tell(f"  {fault}")
    if as_json:
        write_json({"items": scored.items, "faults": list(scored.faults)})
    elif as_csv:
        say(_csv(scored.items).rstrip("\n"))
    else:
        table(
            ["Record", "Title", "Score", "Grade", "First to do"],
            [
                [i.get("identifier", i["id"]), i["title"], i["score"], i["grade"], _first(i)]
                for i in scored.items
            ],
        )


def _first(item: dict[str, Any]) -> str:
    return str(next(iter(item["advice"]), ""))


def _csv(items: Sequence[dict[str, Any]]) -> str:
    columns = ("identifier", "id", "title", "kind", "organisation", "score", "grade", "got", "most")
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow((*columns, *PRINCIPLES, "advice"))
    for item in items:
        by = item["by_principle"]
        row = [item.get(name, "") for name in columns]
        row += [by.get(principle, "") for principle in PRINCIPLES]
        lines.writerow([_safe(value) for value in (*row, "; ".join(item["advice"]))])
    return written.getvalue()


def _safe(value: Any) -> Any:
    """Keep a spreadsheet from taking a text for a formula."""
    text = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{value}" if text else value
