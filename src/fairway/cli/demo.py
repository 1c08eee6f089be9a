"""`fairway demo`: Fairway on real data, and its main job checked."""

from pathlib import Path

import click

from fairway.cli.manual import Manual


@click.command(
    cls=Manual,
    short_help="Fairway on real data of five departments; or its main job, checked.",
    example="fairway demo --check",
)
@click.option("--check", is_flag=True, help="Run the main job start to finish, and stop.")
@click.option("--trust", is_flag=True, help="Four departments, each with a node of its own.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="0 takes a free one.")
@click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    help="Where to make the node; else a temporary directory that goes away at the end.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, a line for each step.")
def demo(check: bool, trust: bool, port: int, workspace: Path | None, as_json: bool) -> None:
    """Make a node with seven products of five departments, from official files, and serve it.

    Prints the address, the accounts by role with the password of this run, and the question that
    the demo answers. With --check the whole main job runs through the node's API in a temporary
    workspace, a line for each step, and the first step that is not as promised ends it.

    With --trust there are four nodes on this machine, one for each department, which know each
    other by their keys; the question is asked at one of them, and worked out at all. They listen
    on the port and the three after it.
    """
    if trust and check:
        from fairway.demo.trust_check import check as check_trust

        raise click.exceptions.Exit(check_trust(as_json=as_json))
    if trust:
        from fairway.demo.trust_run import run as run_trust

        run_trust(workspace, port, as_json=as_json)
        return
    if check:
        from fairway.demo.check import check as run_check

        raise click.exceptions.Exit(run_check(as_json=as_json))
    from fairway.demo.run import run

    run(workspace, port, as_json=as_json)
