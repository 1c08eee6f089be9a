"""`fairway explain`: why somebody may use a product or not, and who can see what."""

from datetime import date, datetime

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import facts, say, table, write_json
from fairway.client.answers import Answer
from fairway.client.node import Node
from fairway.nouns.errors import BadInput


@click.command(
    cls=Manual,
    short_help="See why access is given or refused, and who can see what.",
    example="fairway explain --product culture.libraries --purpose research\n"
    "fairway explain --who culture.libraries.visits\n"
    "fairway explain --seen-by an-analyst",
)
@click.option(
    "--actor", "--person", "person", metavar="ID", help="Whose access; your own when left out."
)
@click.option("--product", metavar="PRODUCT", help="The product that would be used.")
@click.option("--purpose", metavar="CODE", help="What it would be used for.")
@click.option("--who", metavar="PRODUCT[.COLUMN]", help="List who can see a product or a column.")
@click.option("--seen-by", metavar="ID", help="List what a person can see.")
@click.option(
    "--everybody", metavar="FILE", help="Write everybody's effective access as Parquet to a file."
)
@click.option(
    "--on", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="As of a day, else today."
)
@reaching
def explain(
    door: Door,
    person: str | None,
    product: str | None,
    purpose: str | None,
    who: str | None,
    seen_by: str | None,
    everybody: str | None,
    on: datetime | None,
) -> None:
    """Explain a decision in plain English, before or after it is taken.

    With --product and --purpose: whether a query of every granted column is permitted, what
    decided, and when denied, what would have to be true and who could make it so. With --who: who
    can see a product or a column. With --seen-by: what a person can see. With --everybody: a row
    for each person, product, purpose and agreement. Questions about others are for data owners,
    auditors and governance managers, and on the record.
    """
    _check_one_question(person, product, purpose, who, seen_by, everybody)
    day = on.date() if on else None
    with door.open() as node:
        if everybody is not None:
            size = node.access_matrix(everybody, on=day)
            told = {"file": everybody, "bytes": size}
            write_json(told) if door.json else say(f"Wrote {everybody}: {size:,} bytes.")
        elif who is not None:
            _list(door, _who(node, who, day), "Nobody can see it.")
        elif seen_by is not None:
            _list(door, node.what_can_be_seen(seen_by, on=day), "Nothing can be seen.")
        else:
            told = node.explain(product or "", purpose or "", person=person, on=day)
            write_json(told) if door.json else _page(told)


def _check_one_question(
    person: str | None,
    product: str | None,
    purpose: str | None,
    who: str | None,
    seen_by: str | None,
    everybody: str | None,
) -> None:
    whole = product is not None and purpose is not None
    begun = (person, product, purpose) != (None, None, None)
    others = [who is not None, seen_by is not None, everybody is not None]
    if [whole, *others].count(True) != 1 or (begun and not whole):
        raise BadInput(
            "cli.no_question",
            "It is not clear what to explain.",
            remedy="Say --product and --purpose, or --who, or --seen-by, or --everybody.",
        )


def _who(node: Node, subject: str, day: date | None) -> list[Answer]:
    domain, _, rest = subject.partition(".")
    table_name, _, column = rest.partition(".")
    return node.who_can_see(f"{domain}.{table_name}", column or None, on=day)


def _page(told: Answer) -> None:
    say(told.sentence)
    for reason in told.reasons:
        say(f"  {reason}")
    if told.terms is not None:
        say("")
        _terms(told.terms)
    if told.needs:
        say("\nWhat would have to be true, and who could make it so")
        for number, need in enumerate(told.needs, start=1):
            people = f" ({', '.join(need.people)})" if need.people else ""
            say(f"  {number}. {need.sentence}{people}")


def _terms(terms: Answer) -> None:
    facts(
        [
            ("Columns", [_column(c) for c in terms.columns]),
            ("Rows", terms.scope or "every row"),
            ("Until", _until(terms.ends)),
        ]
    )


def _column(column: Answer) -> str:
    kept = column.treatment == "keep"
    return str(column.name) if kept else f"{column.name} ({column.treatment})"


def _until(day: str) -> str:
    return "no end" if day.startswith("9999") else day


def _list(door: Door, found: list[Answer], nothing: str) -> None:
    if door.json:
        write_json(found)
        return
    if not found:
        say(nothing)
        return
    table(
        ["Person", "Product", "Purposes", "Columns", "Rows", "Until", "Why"],
        [
            [
                s.person or s.name,
                s.product,
                s.purposes,
                [_column(c) for c in s.terms.columns],
                s.terms.scope or "every row",
                _until(s.terms.ends),
                s.agreement or "open",
            ]
            for s in found
        ],
    )
