"""`fairway`: the commands, and what becomes of an error."""

import json
import os
import secrets
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import Any, NoReturn

import click

from fairway import __version__
from fairway.cli import logs
from fairway.cli.agreements import agreements
from fairway.cli.appoint import appoint
from fairway.cli.audit import audit
from fairway.cli.bench import bench
from fairway.cli.conformance import conformance
from fairway.cli.decide import decide
from fairway.cli.demo import demo
from fairway.cli.doctor import doctor
from fairway.cli.domain import domain
from fairway.cli.download import download
from fairway.cli.entries import entries
from fairway.cli.explain import explain
from fairway.cli.export import export
from fairway.cli.factor import factor
from fairway.cli.find import find
from fairway.cli.follow import follow
from fairway.cli.glossary import glossary
from fairway.cli.group_role import group_role
from fairway.cli.guardrail import guardrail
from fairway.cli.harvest import harvest
from fairway.cli.init import init
from fairway.cli.manual import Verbs
from fairway.cli.output import safe
from fairway.cli.peer import peer
from fairway.cli.person import person
from fairway.cli.publish import publish
from fairway.cli.query import query
from fairway.cli.reindex import reindex
from fairway.cli.request import request
from fairway.cli.review import delegate, review, tasks
from fairway.cli.serve import serve
from fairway.cli.share import share
from fairway.cli.show import show
from fairway.cli.stop import stop
from fairway.cli.token import token
from fairway.cli.upgrade import upgrade
from fairway.cli.withdraw import withdraw
from fairway.cli.witness import witness
from fairway.nouns.errors import FairwayError

INTERRUPTED = 130
ENDED = 143
PIPE_CLOSED = 141


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    example="fairway demo",
)
@click.version_option(__version__, prog_name="fairway")
def cli() -> None:
    """Fairway: one governed way in to a department's data.

    A domain team publishes a data product where it already lies; anyone who may, finds it, asks for
    it for a stated purpose; its owner decides; it is used in place; and every use is on a record
    that shows if anyone changes it.

    Exit codes: 0 done, 2 bad input, 3 refused, 4 not found, 5 unavailable.
    """


for _command in (
    demo, init, serve, publish, find, show, request, agreements, decide, query, explain, audit,
    harvest, entries, glossary, share, token, factor, person, domain, appoint, delegate, peer,
    tasks, review, download, guardrail, stop, conformance, bench, doctor, withdraw, follow,
    export, group_role, reindex,
):  # fmt: skip
    cli.add_command(_command)
for _command in logs.COMMANDS:
    audit.add_command(_command)
cli.add_command(witness)
cli.add_command(upgrade)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command line and exit with its code."""
    signal.signal(signal.SIGTERM, _ended)
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(given))


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code; no error leaves as a traceback."""
    as_json = "--json" in arguments
    try:
        result = cli.main(arguments, prog_name="fairway", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except FairwayError as error:
        return _failed(error, as_json)
    except click.ClickException as error:
        return _misused(error, as_json)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing left to flush
        return PIPE_CLOSED
    except SystemExit as ended:
        if ended.code == 1:  # what click makes of a closed pipe
            return PIPE_CLOSED
        raise
    except Exception as error:  # noqa: BLE001 - nobody is shown a traceback
        return _unexpected(error, as_json)
    return result if isinstance(result, int) else 0


def _ended(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - click calls it so
    raise SystemExit(ENDED)


def _failed(error: FairwayError, as_json: bool) -> int:
    if as_json:
        several = [_members(p) for p in getattr(error, "problems", ())]
        more: dict[str, Any] = {"errors": several} if several else {}
        _problem({**_members(error), "title": error.title, "status": error.status, **more})
    else:
        for line in str(error).splitlines():
            click.echo(safe(line), err=True)
    return error.exit_code


def _members(error: FairwayError) -> dict[str, Any]:
    said = {
        "code": error.code,
        "detail": error.message,
        "remedy": error.remedy,
        "file": error.file,
        "field": error.field,
        "line": error.line,
        "column": error.column,
    }
    return {name: value for name, value in said.items() if value not in ("", None)}


def _misused(error: click.ClickException, as_json: bool) -> int:
    context = getattr(error, "ctx", None)
    remedy = f"See: {context.command_path} --help" if context else "See: fairway --help"
    sentence = error.format_message()
    if as_json:
        _problem({"code": "cli.usage", "detail": sentence, "remedy": remedy, "status": 422})
    else:
        click.echo(safe(f"{sentence.rstrip('.')}. {remedy}"), err=True)
    return 2


def _unexpected(error: Exception, as_json: bool) -> int:
    incident = f"I-{secrets.token_hex(4)}"
    if os.environ.get("FAIRWAY_DEBUG") == "1":
        traceback.print_exception(error)
    sentence = f"Something went wrong in Fairway itself ({type(error).__name__}, {incident})."
    remedy = "Run it again with FAIRWAY_DEBUG=1 to see where, and report it."
    if as_json:
        _problem({"code": "internal.error", "detail": sentence, "remedy": remedy, "status": 500})
    else:
        click.echo(f"{sentence} {remedy}", err=True)
    return 1


def _problem(said: dict[str, Any]) -> None:
    body = {"type": f"urn:fairway:error:{said['code']}", **said}
    click.echo(json.dumps(body, indent=2), err=True)
