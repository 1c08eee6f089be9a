"""`fairway request`: ask for a product."""

from datetime import datetime

import click

from fairway.cli.agreements import page
from fairway.cli.door import Door, columns_given, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import say, table, write_json
from fairway.client.node import Node
from fairway.nouns.errors import BadInput

DAY = click.DateTime(["%Y-%m-%d"])

_EXAMPLE = """\
fairway request dwp.universal_credit_households --column month --column households=band:10 \\
    --scope "month >= DATE '2025-01-01'" --purpose policy-analysis \\
    --legal-basis dea-2017-s64 --necessity "To compare regions." --ends 2027-03-31"""


@click.command(cls=Manual, short_help="Ask for a product, for a purpose.", example=_EXAMPLE)
@click.argument("product", required=False)
@click.option(
    "--column",
    "--columns",
    "columns",
    multiple=True,
    metavar="NAME[=TREATMENT]",
    help="A column to ask for; once for each. Treatments: keep, round:10, year, band:5, prefix:4,"
    " pseudonym, null, drop.",
)
@click.option("--scope", default="", metavar="CONDITION", help="Which rows; without, every row.")
@click.option("--purpose", default="", metavar="CODE", help="Why, from the hub's list.")
@click.option("--legal-basis", default="", metavar="CODE", help="Under which power.")
@click.option("--necessity", default="", metavar="TEXT", help="Why the data is necessary.")
@click.option("--starts", type=DAY, help="The first day; today when left out.")
@click.option("--ends", type=DAY, help="The last day.")
@click.option("--team", default="", metavar="ROLE", help="Cover all who hold a role of yours, too.")
@click.option("--onward", is_flag=True, help="Say that the data is to be passed on.")
@click.option("--draft", is_flag=True, help="Keep it as a draft; submit it with `fairway decide`.")
@click.option("--replace", metavar="AGREEMENT", help="Replace the text of a draft of yours.")
@click.option("--list-purposes", is_flag=True, help="List the purposes and stop.")
@click.option("--list-legal-bases", is_flag=True, help="List the legal bases and stop.")
@reaching
def request(
    door: Door,
    product: str | None,
    columns: tuple[str, ...],
    scope: str,
    purpose: str,
    legal_basis: str,
    necessity: str,
    starts: datetime | None,
    ends: datetime | None,
    team: str,
    onward: bool,
    draft: bool,
    replace: str | None,
    list_purposes: bool,
    list_legal_bases: bool,
) -> None:
    """Ask the data owner of PRODUCT for columns and rows, for a purpose and a time.

    The request goes to the data owner at once, or stays a draft with --draft. A row scope compares
    columns with constants: =, <>, <, <=, >, >=, IN, BETWEEN, AND, OR, NOT and brackets.
    """
    with door.open() as node:
        if list_purposes or list_legal_bases:
            _list(door, node, list_purposes)
            return
        if product is None:
            raise BadInput("cli.no_product", "Name the product to ask for.", field="PRODUCT")
        made = node.request(
            product,
            columns=columns_given(columns),
            scope=scope,
            purpose=purpose,
            legal_basis=legal_basis,
            necessity=necessity,
            starts=starts and starts.date(),
            ends=ends and ends.date(),
            submit=not draft,
            team=team,
            onward=onward,
            draft=replace,
        )
    if door.json:
        write_json(made)
        return
    said = "is a draft" if draft else "is with the data owner"
    say(f"Request {made.id} {said}.\n")
    page(made)


def _list(door: Door, node: Node, purposes: bool) -> None:
    if purposes:
        listed = node.purposes()
        rows = [[p.code, p.name, p.statistical] for p in listed]
        heads = ["Purpose", "Name", "Statistical"]
    else:
        listed = node.legal_bases()
        rows = [[b.code, b.name, b.citation] for b in listed]
        heads = ["Legal basis", "Name", "Citation"]
    write_json(listed) if door.json else table(heads, rows)
