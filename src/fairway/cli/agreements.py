"""`fairway agreements`: one's own, those that wait for a decision, or one of them."""

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import facts, moment, say, table, write_json
from fairway.client.answers import Answer


@click.command(
    cls=Manual,
    short_help="See your agreements, or what waits for you.",
    example="fairway agreements --inbox",
)
@click.argument("agreement", required=False)
@click.option("--inbox", is_flag=True, help="List those on your domains' products instead.")
@click.option("--limit", type=click.IntRange(1, 100), default=50, help="The most to list.")
@click.option("--offset", type=click.IntRange(0), default=0, help="How many to pass over.")
@reaching
def agreements(door: Door, agreement: str | None, inbox: bool, limit: int, offset: int) -> None:
    """List your agreements, or show AGREEMENT with its terms, history and your moves.

    With --inbox a data owner sees the requests on their domains' products, what waits for a
    decision first.
    """
    with door.open() as node:
        if agreement is not None:
            shown = node.agreement(agreement)
            write_json(shown) if door.json else page(shown)
            return
        listing = node.inbox if inbox else node.agreements
        found = listing(limit=limit, offset=offset)
    if door.json:
        write_json({"total": found.total, "items": found})
        return
    if not found:
        say("Nothing waits for you." if inbox else "You have no agreements.")
        return
    table(
        ["Agreement", "Product", "Asker", "Purpose", "State", "Until", "Your moves"],
        [
            [a.id, a.product, a.asker, a.purpose, a.state, (a.granted or a.asked).ends, a.moves]
            for a in found
        ],
    )


def _who(step: Answer) -> str:
    return f"{step.person} for {step.in_name_of}" if step.in_name_of else str(step.person)


def _seal(seal: Answer) -> str:
    """Say what two nodes have signed."""
    signed = {"source": seal.source_signature, "consumer": seal.consumer_signature}
    lines = [f"{side} signed {signature}" for side, signature in signed.items() if signature]
    return "\n".join([f"with {seal.peer}, SHA-256 {seal.hash}", *lines])


def page(shown: Answer) -> None:
    """Write an agreement as a page."""
    terms = shown.granted or shown.asked
    facts(
        [
            ("Agreement", shown.id),
            ("State", shown.state),
            ("Product", f"{shown.product}: {shown.title}"),
            ("Asker", f"{shown.asker_name} ({shown.asker})"),
            ("Team", shown.team and f"everyone who is {shown.team}"),
            ("Passed on", "yes" if shown.onward else ""),
            ("Purpose", shown.purpose and f"{shown.purpose_name} ({shown.purpose})"),
            (
                "Legal basis",
                shown.legal_basis and f"{shown.legal_basis_name} ({shown.legal_basis})",
            ),
            ("Necessity", shown.necessity),
            ("Terms", "granted" if shown.granted else "asked"),
            ("Columns", [f"{c.name} ({c.treatment})" for c in terms.columns]),
            ("Rows", terms.scope or "every row"),
            ("From", terms.starts),
            ("Until", terms.ends),
            ("Hub objects", "\n".join(shown.objections)),
            ("Your moves", shown.moves),
            ("Between nodes", shown.seal and _seal(shown.seal)),
        ]
    )
    if shown.history:
        say("")
        table(
            ["When", "Who", "Move", "Note"],
            [[moment(s.at), _who(s), s.move, s.note] for s in shown.history],
        )
