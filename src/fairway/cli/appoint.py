"""`fairway appoint`: give a person a role, or end it."""

from datetime import datetime

import click

from fairway.cli.door import Door, reaching
from fairway.cli.guardrail import show_impact
from fairway.cli.manual import Manual
from fairway.cli.output import say, write_json
from fairway.cli.request import DAY
from fairway.nouns.people import Role


@click.command(
    cls=Manual,
    short_help="Give a person a role, or end it.",
    example='fairway appoint dwp-owner "data owner" --domain dwp',
)
@click.argument("person")
@click.argument("role", type=click.Choice([r.value for r in Role]))
@click.option("--domain", help="Where; left out for the hub's roles.")
@click.option("--since", type=DAY, help="The first day; today when left out.")
@click.option("--until", type=DAY, help="The last day; open when left out.")
@click.option("--evidence", default="", metavar="TEXT", help="What the appointment rests on.")
@click.option("--impact", is_flag=True, help="Only show who would lose what if it ended today.")
@click.option("--end", is_flag=True, help="End the appointment on --until instead of making it.")
@reaching
def appoint(
    door: Door,
    person: str,
    role: str,
    domain: str | None,
    since: datetime | None,
    until: datetime | None,
    evidence: str,
    impact: bool,
    end: bool,
) -> None:
    """Appoint PERSON to ROLE, in a domain or at the hub. Nobody appoints themselves."""
    if end and until is None:
        raise click.UsageError("Say with --until which day is the last")
    if impact:
        with door.open() as node:
            show_impact(door, node.appointment_impact(person, role, domain))
        return
    with door.open() as node:
        if end and until is not None:
            node.end_appointment(person, role, domain, until.date())
        else:
            node.appoint(
                person,
                role,
                domain,
                since=since and since.date(),
                until=until and until.date(),
                evidence=evidence,
            )
    if door.json:
        write_json({"person": person, "role": role, "domain": domain, "ended": end})
    else:
        where = f" in {domain}" if domain else ""
        day = f" until {until:%d/%m/%Y}" if until else ""
        say(f"{person} is {'' if end else 'appointed '}{role}{where}{day}.")
