"""`fairway group-role`: which role in which domain a group of the directory gives."""

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import say, table, write_json


@click.group("group-role", cls=Verbs, default="list", example="fairway group-role list")
def group_role() -> None:
    """Say which role a group of the directory gives. Without a command: list."""


@group_role.command("list", example="fairway group-role list --json")
@reaching
def list_all(door: Door) -> None:
    """List what groups give."""
    with door.open() as node:
        found = node.group_roles()
    if door.json:
        write_json(found)
    else:
        table(["Group", "Role", "Domain"], [[m.group, m.role, m.domain] for m in found])


@group_role.command("add", example='fairway group-role add "Analysts of DWP" analyst dwp')
@click.argument("group")
@click.argument("role")
@click.argument("domain")
@reaching
def add(door: Door, group: str, role: str, domain: str) -> None:
    """Have members of GROUP hold ROLE in DOMAIN, now and when they join it."""
    with door.open() as node:
        made = node.give_group_role(group, role, domain)
    write_json(made) if door.json else say(f"Members of {group} hold the role {role} in {domain}.")


@group_role.command("end", example='fairway group-role end "Analysts of DWP" analyst dwp')
@click.argument("group")
@click.argument("role")
@click.argument("domain")
@reaching
def end(door: Door, group: str, role: str, domain: str) -> None:
    """Have members of GROUP hold ROLE in DOMAIN no longer, unless they were appointed to it."""
    with door.open() as node:
        node.end_group_role(group, role, domain)
    if door.json:
        write_json({"ended": {"group": group, "role": role, "domain": domain}})
    else:
        say(f"{group} gives the role {role} in {domain} no longer.")
