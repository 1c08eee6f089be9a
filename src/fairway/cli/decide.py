"""`fairway decide`: make a move on an agreement."""

from datetime import datetime

import click

from fairway.cli.agreements import page
from fairway.cli.door import Door, columns_given, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import say, write_json
from fairway.cli.request import DAY

MOVES = (
    "submit", "question", "answer", "sign-off", "approve", "refuse", "withdraw", "suspend",
    "resume", "confirm", "terminate",
)  # fmt: skip

_EXAMPLE = """\
fairway decide AG-7k2mz9q4x1bc approve --column month --column households=band:100 \\
    --scope "region = 'London'" --ends 2026-12-31"""


@click.command(cls=Manual, short_help="Approve, refuse, ask back, suspend ...", example=_EXAMPLE)
@click.argument("agreement")
@click.argument("move", type=click.Choice(MOVES))
@click.option("--note", default="", metavar="TEXT", help="The question, the answer or the reason.")
@click.option(
    "--column",
    "--columns",
    "columns",
    multiple=True,
    metavar="NAME[=TREATMENT]",
    help="Approve with these columns only, and these treatments.",
)
@click.option("--scope", default="", metavar="CONDITION", help="Approve with fewer rows.")
@click.option("--starts", type=DAY, help="Approve from a later day.")
@click.option("--ends", type=DAY, help="Approve until an earlier day.")
@reaching
def decide(
    door: Door,
    agreement: str,
    move: str,
    note: str,
    columns: tuple[str, ...],
    scope: str,
    starts: datetime | None,
    ends: datetime | None,
) -> None:
    """Make MOVE on AGREEMENT.

    The data owner approves, approves with less, asks a question, or refuses with a reason. The
    asker submits, answers or withdraws. A data protection officer signs off. The owner or a
    governance manager suspends and resumes, and any party terminates. The owner confirms from time
    to time what is still needed. Nobody decides on their own request.
    """
    with door.open() as node:
        made = node.decide(
            agreement,
            move,
            note,
            columns=columns_given(columns) or None,
            scope=scope,
            starts=starts and starts.date(),
            ends=ends and ends.date(),
        )
    if door.json:
        write_json(made)
        return
    say(f"Agreement {made.id} is {made.state}.\n")
    page(made)
