"""`fairway init`: make a node."""

import secrets
from pathlib import Path

import click

from fairway.cli.door import password
from fairway.cli.manual import Manual
from fairway.cli.output import facts, say, tell, watched, write_json
from fairway.rules.people import INITIAL_DAYS, check_id, check_password


@click.command(
    cls=Manual,
    short_help="Make a node in a directory.",
    example='fairway init node --name "Data office" --administrator admin',
)
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--name", help="What the node is called; else as the directory.")
@click.option("--database", metavar="URL", default="", help="postgresql://...; else SQLite.")
@click.option("--administrator", default="administrator", metavar="ID", help="The first account.")
@click.option("--administrator-name", default="Administrator", help="The name to show for it.")
@click.option("--ask-password", is_flag=True, help="Ask for a password instead of making one.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
def init(
    directory: Path,
    name: str | None,
    database: str,
    administrator: str,
    administrator_name: str,
    ask_password: bool,
    as_json: bool,
) -> None:
    """Make a node in DIRECTORY: its settings, its keys, its record, and an administrator.

    The administrator's password is made and shown this once, or asked for with --ask-password. An
    administrator adds domains and accounts, and appoints to roles; data goes into the directory's
    `data`, or wherever `data.roots` in `fairway.toml` says.
    """
    check_id(administrator, "person")  # before anything is made
    chosen = password("Password", confirm=True) if ask_password else secrets.token_urlsafe(16)
    called = name or directory.resolve().name
    check_password(chosen, administrator, administrator_name, called)
    if watched():
        tell(f"Making a node in {directory} …")
    make(
        directory,
        called,
        database,
        administrator,
        administrator_name,
        chosen,
        initial=not ask_password,
    )
    made = {
        "node": str(directory),
        "name": called,
        "administrator": administrator,
        "password": None if ask_password else chosen,
    }
    if as_json:
        write_json(made)
        return
    say(f"Made the node {called} in {directory}.\n")
    facts([("Administrator", administrator), ("Password", made["password"])])
    if not ask_password:
        say(f"\nThe password is shown this once. It opens once, within {INITIAL_DAYS} days, for")
        say("the administrator to choose their own.")
    say(
        f"\nNext:\n  fairway token --node {directory} --person {administrator} --save\n"
        f"  fairway serve --node {directory}"
    )


def make(
    directory: Path,
    name: str,
    database: str,
    administrator: str,
    shown: str,
    chosen: str,
    *,
    initial: bool,
) -> None:
    """Make the node and its first account."""
    from fairway.verbs.founding import found
    from fairway.wiring import close_node, create_node

    platform = create_node(directory, name, database=database)
    try:
        found(platform, name, administrator, shown, chosen, initial=initial)
    finally:
        close_node()
