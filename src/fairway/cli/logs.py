"""`fairway audit`, what concerns the record as a log: export, keys, proofs, state, erasure."""

import json
import sys
from pathlib import Path

import click

from fairway.cli.door import Door, reaching
from fairway.cli.manual import Manual
from fairway.cli.output import facts, moment, say, table, tell, watched, write_json
from fairway.nouns.errors import BadInput

TAMPERED = 1


@click.command("export", cls=Manual, example="fairway audit export log --witnessed")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--bodies", is_flag=True, help="With what entries say, for those who may read it.")
@click.option("--witnessed", is_flag=True, help="Up to where most witnesses have cosigned.")
@reaching
def export(door: Door, directory: Path, bodies: bool, witnessed: bool) -> None:
    """Write the record into DIRECTORY for an outsider to verify, as C2SP tlog-tiles has it.

    Without --bodies it holds a time and a commitment for each entry, and nothing else. What is
    there from an earlier export is kept.
    """
    if watched():
        tell("Writing the record …")
    with door.open() as node:
        size = node.export_log(directory, bodies=bodies, witnessed=witnessed)
    if door.json:
        write_json({"entries": size, "directory": str(directory)})
    else:
        say(f"Wrote {size} entries to {directory}.")


@click.command("key", cls=Manual, example="fairway audit key")
@reaching
def key(door: Door) -> None:
    """Show the keys that verify the record, and this node's cosignatures on others' records."""
    with door.open() as node:
        log, witness = node.log_keys()
    if door.json:
        write_json({"log": log, "witness": witness})
    else:
        facts([("Log", log), ("Witness", witness)])


@click.command("prove", cls=Manual, example="fairway audit prove 42 --to proof.json")
@click.argument("entry", type=click.IntRange(1))
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="A file to write to.")
@reaching
def prove(door: Door, entry: int, to: Path | None) -> None:
    """Show that ENTRY is in the record: its leaf, the path to a signed head, as JSON.

    `fairway-verify` takes it. What the entry says is in it for those who may read it.
    """
    with door.open() as node:
        found = dict(node.prove(entry))
    _give(found, to)


@click.command("feed", cls=Manual, example="fairway audit feed dwp.jobcentres --to feed.json")
@click.argument("product")
@click.option("--before", type=click.IntRange(1), help="Only entries before this number.")
@click.option("--limit", type=click.IntRange(1, 500), default=100, help="The most to give.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="A file to write to.")
@reaching
def feed(door: Door, product: str, before: int | None, limit: int, to: Path | None) -> None:
    """Give what is on record about PRODUCT, each entry with its proof, as JSON.

    `fairway-verify` takes it.
    """
    with door.open() as node:
        found = dict(node.feed(product, before=before, limit=limit))
    _give(found, to)


def _give(found: dict[str, object], to: Path | None) -> None:
    if to is None:
        write_json(found)
        return
    try:
        to.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(
            "client.cannot_write", f"The file cannot be written: {error.strerror}.", file=str(to)
        ) from None
    say(f"Wrote {to}.")


@click.command("erase", cls=Manual, example='fairway audit erase 42 --reason "Right to erasure"')
@click.argument("entries", type=click.IntRange(1), nargs=-1, required=True)
@click.option("--reason", required=True, help="Why; it is on the record.")
@reaching
def erase(door: Door, entries: tuple[int, ...], reason: str) -> None:
    """Erase what ENTRIES say, for good. The record verifies as before, and says it was done."""
    with door.open() as node:
        done = node.erase(entries, reason)
    if door.json:
        write_json(done)
    else:
        say(f"Erased {done.erased} of {len(set(entries))} entries.")


@click.command("archive", cls=Manual, example="fairway audit archive --before 2026-01")
@click.option("--before", required=True, help="The first month that stays, as in 2026-01.")
@reaching
def archive(door: Door, before: str) -> None:
    """Move what entries before a month say out of the database, into Parquet files by month.

    They lie in `ledger-archive` of the node's directory, and are part of the record, which is
    verified, proved, exported and erased as before; a missing or changed file is found.
    """
    with door.open() as node:
        moved = node.archive_log(before)
    if door.json:
        write_json({"items": moved})
    elif moved:
        table(["Month", "Entries"], [[m.month, m.entries] for m in moved])
    else:
        say(f"Nothing to move: no entry before {before} is in the database.")


@click.command("subject", cls=Manual, example='fairway audit subject --reason "SAR 2026-17"')
@click.option("--identifier", help="What identifies the person; else it is asked for.")
@click.option("--reason", required=True, help="Why, as the number of the request; on the record.")
@click.option("--product", "products", multiple=True, help="Only these products.")
@reaching
def subject(door: Door, identifier: str | None, reason: str, products: tuple[str, ...]) -> None:
    """Show who used a person's data: by which role, in which organisation, for which purpose.

    For a data protection officer who answers a subject access request. Better let the identifier be
    asked for: a command line is seen by others on the machine.
    """
    named = identifier or click.prompt("Identifier", hide_input=True, err=True)
    with door.open() as node:
        found = node.subject(named, reason, products=products)
    if door.json:
        write_json(found)
        return
    for title, uses in (
        ("Queries that named the person", found.singled_out),
        ("Queries in bulk, of products that can hold them", found.in_bulk),
    ):
        say(f"{title}: {len(uses)}")
        table(
            ["No.", "When", "Product", "Organisation", "Roles", "Purpose", "Rows"],
            [[u.sequence, moment(u.at), u.product, u.organisation, ", ".join(u.roles), u.purpose,
              u.rows] for u in uses],
        )  # fmt: skip
        say("")
    if found.more:
        say("There are more: narrow the view by --product.")


@click.command("state", cls=Manual, example="fairway audit state")
@reaching
def state(door: Door) -> None:
    """Show how the record stands: size, rate, lag, last checkpoint, witnesses, alarms."""
    with door.open() as node:
        found = node.log_state()
    if door.json:
        write_json(found)
        return
    facts(
        [
            ("Entries", found.size),
            ("In the last minute", found.recent),
            ("Not yet indexed", found.lag),
            ("Bytes of the database", found.bytes),
            ("Checkpoint", found.checkpoint.split("\n")[2]),
        ]
    )
    if found.witnesses:
        say("")
        table(
            ["Witness", "Cosigned", "Asked", "Fault"],
            [[w.name, w.size, moment(w.asked) if w.asked else "never", w.fault]
             for w in found.witnesses],
        )  # fmt: skip
    for alarm in found.alarms:
        say(f"\nALARM {moment(alarm.at)}: {alarm.subject}: {alarm.reason}")


@click.command("renew-mirror", cls=Manual, example="fairway audit renew-mirror")
@reaching
def renew_mirror(door: Door) -> None:
    """Write the file `ledger.checkpoint` anew, which was lost, if all else of the record verifies.

    Only for somebody who knows why it was lost: it is what shows that a database was put back.
    """
    with door.open() as node:
        outcome = node.renew_mirror()
    if door.json:
        write_json(outcome)
    elif outcome.intact:
        say(f"Wrote the head of {outcome.entries} entries anew.")
    else:
        say(f"Nothing was written: the record was touched: {outcome.reason}")
    if not outcome.intact:
        sys.stdout.flush()
        raise click.exceptions.Exit(TAMPERED)


COMMANDS = (export, key, prove, feed, erase, archive, subject, state, renew_mirror)
"""What this adds to `fairway audit`."""
