"""The command line's help, from click."""

from collections.abc import Iterator

import click

from fairway.cli.main import cli


def page() -> str:
    commands = list(_commands(cli, "fairway", None))
    sections = "\n".join(
        f"{'#' * min(name.count(' ') + 1, 3)}# {name}\n\n```text\n{text}\n```\n"
        for name, text in commands[1:]
    )
    return f"""
# The command line

One command per verb. This is each command's own help, as `fairway COMMAND --help` prints it.

```text
{commands[0][1]}
```

{sections}
"""


def _commands(
    command: click.Command, name: str, parent: click.Context | None
) -> Iterator[tuple[str, str]]:
    context = command.make_context(
        name.rpartition(" ")[2], [], parent=parent, resilient_parsing=True
    )
    context.terminal_width = 90
    context.color = False
    yield name, command.get_help(context).strip()
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            inner = command.get_command(context, below)
            if inner is not None and not inner.hidden:
                yield from _commands(inner, f"{name} {below}", context)
