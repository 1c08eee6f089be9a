"""`fairway tasks`, `fairway review` and `fairway delegate`: who has to see to what."""

from datetime import datetime

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import moment, say, table, write_json
from fairway.cli.request import DAY


@click.command(cls=Manual, short_help="See what waits for you, by when.", example="fairway tasks")
@reaching
def tasks(door: Door) -> None:
    """List what waits for you: for the hub, or as data owner in your domains."""
    with door.open() as node:
        found = node.tasks()
    if door.json:
        write_json(found)
    elif not found:
        say("Nothing waits for you.")
    for task in () if door.json else found:
        day = datetime.fromisoformat(task.due)
        say(f"By {day:%d/%m/%Y}: {task.sentence}\n  {task.remedy}")


@click.command(
    cls=Manual,
    short_help="Confirm which access to a product is still needed.",
    example="fairway review dwp.claims --confirm AG-7k2mz9q4x1bc",
)
@click.argument("product")
@click.option("--confirm", "chosen", multiple=True, metavar="AGREEMENT", help="Still needed.")
@click.option("--confirm-all", is_flag=True, help="Confirm every one that is listed.")
@click.option("--note", default="", metavar="TEXT", help="What it rests on.")
@reaching
def review(door: Door, product: str, chosen: tuple[str, ...], confirm_all: bool, note: str) -> None:
    """List PRODUCT's live agreements, or confirm some. What is not confirmed lapses."""
    with door.open() as node:
        if confirm_all:
            chosen = tuple(r.agreement for r in node.review(product) if r.state == "active")
        if chosen:
            done = node.confirm(product, chosen, note)
            write_json(done) if door.json else say(f"Confirmed {done.confirmed}.")
            return
        found = node.review(product)
    if door.json:
        write_json(found)
    elif not found:
        say("There is no live agreement on it.")
    else:
        table(
            [
                "Agreement",
                "Asker",
                "Team",
                "Purpose",
                "State",
                "Queries",
                "Last used",
                "Confirm by",
            ],
            [
                [
                    r.agreement,
                    r.asker,
                    r.team,
                    r.purpose,
                    r.state,
                    r.queries,
                    moment(r.last_used),
                    r.confirm_by,
                ]
                for r in found
            ],
        )


@click.command(
    cls=Manual,
    short_help="Let somebody decide in your name for a while.",
    example="fairway delegate dwp-deputy --domain dwp --until 2026-12-31",
)
@click.argument("person", required=False)
@click.option("--domain", help="The domain that you own.")
@click.option("--since", type=DAY, help="The first day; today when left out.")
@click.option("--until", type=DAY, help="The last day; 92 days ahead at the most.")
@click.option("--evidence", default="", metavar="TEXT", help="What it rests on.")
@click.option("--end", is_flag=True, help="End it at once instead.")
@reaching
def delegate(
    door: Door,
    person: str | None,
    domain: str | None,
    since: datetime | None,
    until: datetime | None,
    evidence: str,
    end: bool,
) -> None:
    """Let PERSON decide in your name. Without PERSON: list who does.

    What they decide is on the record as theirs and yours.
    """
    if person is None:
        _list_delegations(door)
        return
    if domain is None or (until is None) != end:
        raise click.UsageError("Say --domain, and either --until or --end")
    last = until and until.date()
    with door.open() as node:
        if last is None:
            node.end_delegation(person, domain)
        else:
            node.delegate(
                person, domain, until=last, since=since and since.date(), evidence=evidence
            )
    if door.json:
        write_json({"person": person, "domain": domain, "until": last and last.isoformat()})
    elif last:
        say(f"{person} decides for you in {domain} until {last:%d/%m/%Y}.")
    else:
        say(f"{person} decides for you in {domain} no longer.")


def _list_delegations(door: Door) -> None:
    with door.open() as node:
        found = node.delegations()
    if door.json:
        write_json(found)
    elif not found:
        say("Nobody decides in your name.")
    else:
        rows = [[d.person, d.domain, d.since, d.until, d.evidence] for d in found]
        table(["Person", "Domain", "Since", "Until", "Evidence"], rows)
