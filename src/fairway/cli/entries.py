"""`fairway entries`: list the catalogue, show an entry, and see what entries lack."""

from collections.abc import Sequence
from typing import Any

import click

from fairway.cli.door import Door, node_named, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import facts, moment, say, table, write_json
from fairway.client.answers import Answer


@click.group(cls=Verbs, default="list", example="fairway entries --missing licence")
def entries() -> None:
    """List the catalogue, show an entry, or see what entries lack. Without a command: list."""


@entries.command("search", example="fairway entries search job centre closures --facet kind:api")
@click.argument("words", nargs=-1)
@click.option("--facet", multiple=True, help="Narrow, as name:value; may stand several times.")
@click.option(
    "--sort",
    type=click.Choice(["relevance", "title", "newest", "quality"]),
    default="relevance",
    show_default=True,
    help="In which order.",
)
@click.option("--limit", type=click.IntRange(1, 100), default=20, help="The most to list.")
@click.option("--offset", type=click.IntRange(0), default=0, help="How many to pass over.")
@reaching
def search(
    door: Door, words: tuple[str, ...], facet: tuple[str, ...], sort: str, limit: int, offset: int
) -> None:
    """Search everything in the catalogue for WORDS, in any order, best first.

    Quotes hold a phrase together; owner:, domain:, column:, tag:, kind:, licence: and format:
    narrow. Other names from the hub's glossary are searched too, and said.
    """
    with door.open() as node:
        found = node.search(" ".join(words), facets=facet, sort=sort, limit=limit, offset=offset)
    if door.json:
        write_json(found)
        return
    if found.also:
        say(f"Also searched: {', '.join(found.also)}.")
    if found.did_you_mean:
        say(f"Did you mean: {found.did_you_mean}?")
    if not found["items"]:
        say("There is no such entry.")
        return
    shown = [[i["id"], i["title"], i["organisation"], i["get_at"]] for i in found["items"]]
    table(["Entry", "Title", "Organisation", "How to get it"], shown)
    last = offset + len(shown)
    if last < found.total:
        say(f"\n{last} of {found.total}; see more with --offset {last}.")


@entries.command("list", example="fairway entries list --kind api --order worst")
@click.option(
    "--kind", type=click.Choice(["dataset", "api", "publication"]), help="Of this kind alone."
)
@click.option("--source", default="", help="From this source alone.")
@click.option(
    "--missing",
    type=click.Choice(["description", "licence", "owner"]),
    help="Without this; who can be asked counts as an owner.",
)
@click.option(
    "--order",
    type=click.Choice(["title", "best", "worst"]),
    default="title",
    show_default=True,
    help="By title, or by quality.",
)
@click.option("--limit", type=click.IntRange(1, 100), default=20, help="The most to list.")
@click.option("--offset", type=click.IntRange(0), default=0, help="How many to pass over.")
@reaching
def listing(
    door: Door,
    kind: str | None,
    source: str,
    missing: str | None,
    order: str,
    limit: int,
    offset: int,
) -> None:
    """List the catalogue: governed products first, then what lives elsewhere."""
    with door.open() as node:
        found = node.entries(
            kind=kind or "",
            source=source,
            missing=missing or "",
            order=order,
            limit=limit,
            offset=offset,
        )
    if door.json:
        write_json({"total": found.total, "items": found})
        return
    if not found:
        say("There is no such entry.")
        return
    table(
        ["Entry", "Title", "Kind", "Quality", "Where"],
        [[e.id, e.title, e.kind, f"{e.score} {e.grade}", e.where] for e in found],
    )
    last = offset + len(found)
    if found.total is not None and last < found.total:
        say(f"\n{last} of {found.total}; see more with --offset {last}.")


@entries.command("show", example="fairway entries show dwp.universal_credit_households")
@click.argument("entry")
@reaching
def show(door: Door, entry: str) -> None:
    """Show ENTRY: where it can be had, where its record is from, and its quality by points."""
    with door.open() as node:
        shown = node.entry(entry)
    write_json(shown) if door.json else _page(shown)


def _page(shown: Answer) -> None:
    facts(
        [
            ("Entry", shown.id),
            ("Title", shown.title),
            ("Kind", shown.kind),
            ("Description", shown.description),
            ("Organisation", shown.organisation),
            ("Owner", shown.owner or shown.contact),
            ("Where", shown.where),
            ("Withdrawn", "by every source" if shown.withdrawn else ""),
            ("Licence", shown.licence),
            ("Tags", shown.tags),
            ("Themes", shown.themes),
            ("Modified", shown.modified),
            ("Sources", "\n".join(_source(s) for s in shown.sources)),
            ("Quality", f"{shown.score} of 100, grade {shown.grade}"),
        ]
    )
    say("")
    table(
        ["Measure", "Points", "Most", "What to do"],
        [[p.code, p.points, p.most, p.advice] for p in shown.points],
    )


def _source(source: Answer) -> str:
    return f"{source.source}: {source.identifier}, {moment(source.harvested)}"


@entries.command("coverage", example="fairway entries coverage")
@reaching
def coverage(door: Door) -> None:
    """Count the entries without description, licence or owner, by domain or source.

    You need to be data owner, data steward, auditor, governance manager or administrator.
    """
    with door.open() as node:
        found = node.coverage()
    if door.json:
        write_json(found)
        return
    table(
        ["From", "Kind", "Entries", "No description", "No licence", "No owner", "Quality"],
        [
            [
                c.source or f"here: {c.domain}",
                c.kind,
                c.entries,
                c.without_description,
                c.without_licence,
                c.without_owner,
                round(c.score),
            ]
            for c in found.coverage
        ],
    )
    if found.harvests:
        say("\nLast harvests")
        table(
            ["Source", "Begun", "Records", "Faults", "State"],
            [[h.source, moment(h.begun), h.total, h.faults, _state(h)] for h in found.harvests],
        )


def _state(harvest: Answer) -> str:
    return "ended" if harvest.ended else f"stopped at {harvest.position}, or under way"


@entries.command("quality", example="fairway entries quality catalogue.json --csv")
@click.argument("catalogue", metavar="[FILE|URL]", default="")
@click.option("--format", "form", default="auto", show_default=True, help="The catalogue's format.")
@click.option("--csv", "as_csv", is_flag=True, help="Write CSV: a line for each record.")
@click.option("--allow-local", is_flag=True, help="Fetch from a private network too.")
@click.option("--node", metavar="DIR|URL", envvar="FAIRWAY_NODE", help="The node, without a file.")
@click.option("--token", metavar="SECRET", envvar="FAIRWAY_TOKEN", help="A bearer token.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON: each record with its points.")
def quality(
    catalogue: str,
    form: str,
    as_csv: bool,
    allow_local: bool,
    node: str | None,
    token: str | None,
    as_json: bool,
) -> None:
    """Score the records of the catalogue in FILE or at URL, or every entry of the node.

    The score is that of the Metadata Quality Assessment of data.europa.eu: 405 points over
    findability, accessibility, interoperability, reusability and context. A file is judged without
    a node: nothing is kept, and links are not called.
    """
    from fairway.cli import qualities

    if catalogue:
        scored = qualities.of_catalogue(catalogue, form, allow_local=allow_local)
    else:
        scored = qualities.of_node(Door(node_named(node), token or None, as_json))
    qualities.write(scored, as_json=as_json, as_csv=as_csv)


@entries.command("feedback", example="fairway entries feedback dwp.jobcentres --give 'Two closed.'")
@click.argument("entry", default="")
@click.option("--give", metavar="TEXT", help="Say this of ENTRY to its owner.")
@click.option("--answer", nargs=2, metavar="ID TEXT", help="Answer a piece of feedback.")
@click.option("--close", metavar="ID", help="Close a piece of feedback.")
@reaching
def feedback(
    door: Door, entry: str, give: str | None, answer: tuple[str, str] | None, close: str | None
) -> None:
    """List the feedback that you gave or answer for, on ENTRY or all; give, answer or close it."""
    with door.open() as node:
        found: Sequence[Any]
        if give is not None:
            found = [node.give_feedback(entry, give)]
        elif answer:
            found = [node.answer_feedback(*answer)]
        elif close:
            found = [node.close_feedback(close)]
        else:
            found = node.feedback(entry)
    if door.json:
        write_json(found)
    elif not found:
        say("There is no feedback.")
    else:
        table(
            ["Feedback", "Entry", "State", "Said", "Answer"],
            [[f["id"], f["entry"], f["state"], f["text"], f["answer"]] for f in found],
        )
