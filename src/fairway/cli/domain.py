"""`fairway domain`: the spokes that own data products."""

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import say, table, write_json


@click.group(cls=Verbs, default="list", example="fairway domain list")
def domain() -> None:
    """Add or list domains. Without a command: list."""


@domain.command(
    "add",
    example='fairway domain add dwp --name "Work and pensions" --organisation dwp \\\n'
    '    --organisation-name "Department for Work and Pensions"',
)
@click.argument("identifier", metavar="DOMAIN")
@click.option("--name", required=True, help="The name to show.")
@click.option("--organisation", required=True, help="The department that it belongs to, by id.")
@click.option("--organisation-name", default="", help="Its name, when it is new here.")
@reaching
def add(door: Door, identifier: str, name: str, organisation: str, organisation_name: str) -> None:
    """Add DOMAIN, and its organisation when that is new."""
    with door.open() as node:
        made = node.add_domain(identifier, name, organisation, organisation_name)
    write_json(made) if door.json else say(f"Added domain {made.id}.")


@domain.command("list", example="fairway domain list")
@reaching
def list_domains(door: Door) -> None:
    """List the domains, each with the organisation that it belongs to."""
    with door.open() as node:
        found = node.domains()
    if door.json:
        write_json(found)
        return
    table(["Domain", "Name", "Organisation"], [[d.id, d.name, d.organisation] for d in found])
