"""Commands whose help reads like a page of the manual: what, how, and one example each."""

from typing import Any

import click


class Manual(click.Command):
    """A command with an example."""

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click calls it so
        """Write the example, line by line as it stands."""
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write(f"{' ' * formatter.current_indent}{line}\n")


class Verbs(click.Group):
    """A group of commands. With a `default`, an option or nothing after its name means that."""

    command_class = Manual

    def __init__(self, *args: Any, default: str = "", example: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.default = default
        self.example = example

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default in front where no command is named."""
        helps = {"--help", "-h", "--version"}
        if self.default and not (args and (args[0] in self.commands or args[0] in helps)):
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it so
        """Return the commands in the order of the main job."""
        return list(self.commands)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click calls it so
        """Write the example."""
        if self.example:
            with formatter.section("Example"):
                for line in self.example.splitlines():
                    formatter.write(f"{' ' * formatter.current_indent}{line}\n")
