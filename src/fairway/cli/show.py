"""`fairway show`: everything that may be known of a product."""

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import facts, moment, say, table, write_json
from fairway.client.answers import Answer


@click.command(
    cls=Manual,
    short_help="See a product: owner, columns, terms, use.",
    example="fairway show dwp.universal_credit_households",
)
@click.argument("product")
@click.option("--contract", is_flag=True, help="Write the contract itself, as published.")
@reaching
def show(door: Door, product: str, contract: bool) -> None:
    """Show PRODUCT: its owner, terms and columns, and to its owners who uses it."""
    with door.open() as node:
        if contract:
            text = node.contract(product)
            write_json({"contract": text}) if door.json else say(text.rstrip("\n"))
            return
        shown = node.show(product)
    if door.json:
        write_json(shown)
    else:
        _page(shown)


def _page(shown: Answer) -> None:
    owner = shown.owner
    facts(
        [
            ("Product", shown.id),
            ("Title", shown.title),
            ("Description", shown.description),
            ("Domain", f"{shown.domain.name} ({shown.domain.id})"),
            ("Owner", owner and owner.name + ("" if owner.current else " (no longer appointed)")),
            ("Access", shown.access),
            ("Version", f"{shown.version}, published {moment(shown.published_at)}"),
            ("Tags", shown.tags),
            ("Licence", shown.licence),
            ("Attribution", shown.attribution),
        ]
    )
    say("")
    table(
        ["Column", "Type", "Classification", "Description"],
        [[c.name, c.type, c.classification, c.description] for c in shown.columns],
    )
    if shown.usage:
        say("\nWho uses it")
        table(
            ["Person", "Purpose", "Queries", "Rows", "Last"],
            [[u.person, u.purpose, u.queries, u.rows, moment(u["last"])] for u in shown.usage],
        )
