"""`fairway guardrail`: the hub's rules, from a proposal to what is in force."""

import json
from pathlib import Path
from typing import Any

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Verbs
from fairway.cli.output import facts, moment, say, table, write_json
from fairway.client.answers import Answer
from fairway.nouns.errors import BadInput


@click.group(cls=Verbs, default="list", example="fairway guardrail list")
def guardrail() -> None:
    """Read, propose, review and publish the hub's guardrails. Without a command: list."""


@guardrail.command("list", example="fairway guardrail list")
@click.option("--cedar", is_flag=True, help="Write the policies as Cedar instead.")
@click.option("--examples", is_flag=True, help="Write the examples as JSON instead.")
@reaching
def list_guardrails(door: Door, cedar: bool, examples: bool) -> None:
    """List the guardrails in force, in plain English."""
    with door.open() as node:
        found = node.guardrails()
    if cedar:
        say(found.policies.rstrip())
    elif examples:
        write_json(found.examples)
    elif door.json:
        write_json(found)
    else:
        version = found.version
        said = f"Version {version.id}, until {version.until}." if version else "As delivered."
        say(f"{said}\n")
        _read(found.guardrails)


def _read(guardrails: list[Answer]) -> None:
    for one in guardrails:
        say(f"{one.id}\n  {one.says}")
        for name, text in (("Says", one.reason), ("Way out", one.remedy)):
            if text:
                say(f"  {name}: {text}")


@guardrail.command("versions", example="fairway guardrail versions")
@reaching
def versions(door: Door) -> None:
    """List every version, newest first."""
    with door.open() as node:
        found = node.guardrail_versions()
    if door.json:
        write_json(found)
    elif not found:
        say("Nothing was proposed yet; the guardrails are as delivered.")
    else:
        table(
            ["Version", "State", "Proposed by", "Reviewed by", "Published", "Until", "For"],
            [
                [
                    v.id,
                    v.state,
                    v.proposed_by,
                    v.reviewed_by,
                    moment(v.published_at),
                    v.until,
                    v.note,
                ]
                for v in found
            ],
        )


@guardrail.command("show", example="fairway guardrail show GR-7k2mz9q4x1bc")
@click.argument("version")
@reaching
def show(door: Door, version: str) -> None:
    """Show VERSION: its state, its policies in English, its examples."""
    with door.open() as node:
        found = node.guardrail_version(version)
    if door.json:
        write_json(found)
        return
    facts(
        [
            ("Version", found.id),
            ("State", found.state),
            ("For", found.note),
            ("Proposed by", found.proposed_by),
            ("Reviewed by", found.reviewed_by),
            ("Published by", found.published_by),
            ("Until", found.until),
            ("Examples", f"{len(found.examples)}, {len(found.failures)} fail"),
        ]
    )
    say("")
    _read(found.guardrails)


@guardrail.command(
    "propose",
    example='fairway guardrail propose new.cedar --examples new.json --note "Why it changes."',
)
@click.argument("policies", metavar="FILE")
@click.option("--examples", metavar="FILE", help="Their tests; those in force when left out.")
@click.option("--note", required=True, metavar="TEXT", help="What the change is for.")
@reaching
def propose(door: Door, policies: str, examples: str | None, note: str) -> None:
    """Propose all guardrails anew, from a FILE of Cedar policies and their examples."""
    text = _text(policies)
    with door.open() as node:
        tests = node.guardrails().examples if examples is None else _json(examples)
        made = node.propose_guardrails(text, tests, note)
    if door.json:
        write_json(made)
    else:
        say(f"Proposed {made.id}. A second person reviews it: fairway guardrail review {made.id}")


def _text(file: str) -> str:
    try:
        return Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise BadInput(
            "guardrail.unreadable", f"The file cannot be read: {why}.", file=file
        ) from None


def _json(file: str) -> Any:
    try:
        return json.loads(_text(file))
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise BadInput("guardrail.bad_json", "This is not JSON.", file=file, line=line) from None


@guardrail.command("review", example="fairway guardrail review GR-7k2mz9q4x1bc")
@click.argument("version")
@click.option("--note", default="", metavar="TEXT", help="What you looked at.")
@reaching
def review(door: Door, version: str, note: str) -> None:
    """Say, as a second person, that VERSION is right."""
    with door.open() as node:
        made = node.review_guardrails(version, note)
    write_json(made) if door.json else say(f"{made.id} is {made.state}.")


@guardrail.command("impact", example="fairway guardrail impact GR-7k2mz9q4x1bc")
@click.argument("version")
@reaching
def impact(door: Door, version: str) -> None:
    """Show who would lose or gain what by VERSION, and which live agreements would break."""
    with door.open() as node:
        found = node.guardrail_impact(version)
    show_impact(door, found)


def show_impact(door: Door, found: Answer) -> None:
    """Write what a change would do."""
    if door.json:
        write_json(found)
        return
    facts(
        [
            ("Would be lost", f"{found.lost:,}"),
            ("Would be gained", f"{found.gained:,}"),
            ("People", f"{found.people:,}"),
            ("Products", found.products),
            ("Agreements broken", found.broken),
        ]
    )
    if found.changes:
        say("")
        table(
            ["", "Person", "Product", "Purpose", "Agreement", "Why"],
            [
                [
                    "gains" if c.gains else "loses",
                    c.person or "everyone",
                    c.product,
                    c.purpose,
                    c.agreement,
                    c.why,
                ]
                for c in found.changes[:50]
            ],
        )


@guardrail.command("publish", example="fairway guardrail publish GR-7k2mz9q4x1bc")
@click.argument("version")
@click.option("--accept-broken", is_flag=True, help="Publish although live agreements break.")
@reaching
def publish(door: Door, version: str, accept_broken: bool) -> None:
    """Publish VERSION, reviewed: signed by the node, in force in every process at once."""
    with door.open() as node:
        found = node.publish_guardrails(version, accept_broken=accept_broken)
    if not door.json:
        say(f"{version} is in force.")
    show_impact(door, found)


@guardrail.command("withdraw", example="fairway guardrail withdraw GR-7k2mz9q4x1bc")
@click.argument("version")
@reaching
def withdraw(door: Door, version: str) -> None:
    """Withdraw a proposal that is not published."""
    with door.open() as node:
        made = node.withdraw_guardrails(version)
    write_json(made) if door.json else say(f"{made.id} is withdrawn.")
