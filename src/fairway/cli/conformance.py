"""`fairway conformance`: hold a server against a protocol, from outside."""

from pathlib import Path

import click

from fairway.cli.manual import Manual, Verbs
from fairway.cli.output import say, table, write_json
from fairway.nouns.errors import BadInput

NOT_CONFORMING = 1


@click.group(cls=Verbs, example="fairway conformance delta-sharing --profile partner.share")
def conformance() -> None:
    """Hold any server against a protocol: a black box, known by its address and a profile."""


@conformance.command(
    "delta-sharing",
    cls=Manual,
    example="fairway conformance delta-sharing https://data.example/delta-sharing --profile F",
)
@click.argument("url", required=False)
@click.option(
    "--profile",
    required=True,
    type=click.Path(path_type=Path),
    help="A profile file, version 1 or 2, that opens a table at least.",
)
@click.option("--table", "wanted", default="", help="SHARE.SCHEMA.TABLE; else the first one.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
@click.pass_context
def delta_sharing(
    context: click.Context, url: str | None, profile: Path, wanted: str, as_json: bool
) -> None:
    """Examine the Delta Sharing server at URL, or at the profile's own endpoint.

    Prints a table by section of the protocol. The exit code is 1 when a promise is not kept. What
    the protocol lets a server leave out is told as "not offered".
    """
    import httpx

    from fairway.sharing.conformance import Outcome, examine
    from fairway.sharing.conformance.server import SECONDS, reach

    try:
        text = profile.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadInput(
            "cli.cannot_read", "The file cannot be read.", file=str(profile), field="--profile"
        ) from None
    with httpx.Client(timeout=SECONDS, trust_env=False, follow_redirects=True) as http:
        results = list(examine(reach(url or "", text, wanted, http)))
    counted = {outcome: sum(r.outcome is outcome for r in results) for outcome in Outcome}
    if as_json:
        write_json(
            {
                "passed": counted[Outcome.PASSED],
                "failed": counted[Outcome.FAILED],
                "not_offered": counted[Outcome.PASSED_OVER],
                "results": [
                    {
                        "section": r.section,
                        "promise": r.promise,
                        "outcome": r.outcome.value,
                        "why": r.why,
                    }
                    for r in results
                ],
            }
        )
    else:
        section = ""
        for result in results:
            if result.section != section:
                section = result.section
                say(f"\n{section}")
            say(f"  {result.outcome.value:<11}  {result.promise}")
            if result.why:
                say(f"               {result.why}")
        say("")
        sections = list(dict.fromkeys(r.section for r in results))
        table(
            ["Section", "Passed", "Failed", "Not offered"],
            [
                [
                    name,
                    *(sum(r.section == name and r.outcome is o for r in results) for o in Outcome),
                ]
                for name in sections
            ],
        )
        say(
            f"\n{counted[Outcome.PASSED]} passed, {counted[Outcome.FAILED]} failed,"
            f" {counted[Outcome.PASSED_OVER]} not offered."
        )
    if counted[Outcome.FAILED]:
        context.exit(NOT_CONFORMING)
