"""Run the benchmarks: `make bench`, or `python benchmarks/run.py [--quick] [NAME ...]`.

Each runs in a process of its own and prints one line a figure: the figure, its ratio to a yardstick
that was measured in the same run, the target, and whether it is met. Every figure is also added to
benchmarks/results.jsonl. The exit code is 1 when a target was missed or a benchmark failed.
"""

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SKIPPED = 75

BENCHMARKS = {
    "imports": "How long the core takes to import.",
    "decisions": "Decisions per second.",
    "access": "Explained decisions, questions, the matrix and revocation for 85,000 people.",
    "ledger": "Appends to the record per second, on SQLite and PostgreSQL; verification.",
    "governed": "The CPU of a governed query against a trusted view.",
    "tpch": "The 22 queries of TPC-H over governed tables, against trusted plain views.",
    "results": "Results as Arrow, as stored bytes, and the first row of a small query.",
    "latency": "A small query, pages and the API, over a served node.",
    "search": "Search over 100,000 entries: load, queries with facets, changes, memory.",
    "catalogues": "Records of the UK model, a harvest and a feed, per second.",
    "following": "A change at one node until it is found in the node that follows it.",
    "sharing": "Reading a share, warm, against DuckDB on the same governed result.",
    "start": "How long a node takes to start, and its memory.",
}
ON_REQUEST = {
    "clone": "From a fresh clone to the first governed answer; takes minutes.",
    "processes": "Eight processes that append 100,000 events each to one record; takes minutes.",
    "audit": "Questions to a record of 30 million entries; takes half an hour and 40 GB.",
    "outsider": "fairway-verify over 30 million entries; takes minutes and 2.3 GB.",
    "spark": "The 22 queries of TPC-H on a Spark cluster; takes minutes, and Java.",
}


def main() -> int:
    """Run what is asked for; return the exit code."""
    listed = "\n".join(
        f"  {name:<10} {says}" for name, says in {**BENCHMARKS, **ON_REQUEST}.items()
    )
    parser = argparse.ArgumentParser(
        description="Measure what the project promises about speed and size.",
        epilog=f"benchmarks:\n{listed}\n\n{', '.join(ON_REQUEST)} runs only when named.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="Which; all of the first if none.")
    parser.add_argument("--quick", action="store_true", help="Fewer rounds over less data.")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if unknown := sorted(set(given.names) - {*BENCHMARKS, *ON_REQUEST}):
        parser.error(f"there is no benchmark {unknown[0]}")
    names = given.names or list(BENCHMARKS)
    if given.here:
        return max(_here(name, given.quick) for name in names)
    return max(_apart(name, given.quick) for name in names)


def _apart(name: str, quick: bool) -> int:
    """Run one benchmark in a process of its own, so that none warms or burdens another."""
    command = [sys.executable, __file__, "--here", name, *(["--quick"] if quick else [])]
    code = subprocess.run(command, check=False).returncode
    if code not in (0, 1, SKIPPED):
        print(f"{name}: failed with exit code {code}")
    return 0 if code in (0, SKIPPED) else 1


def _here(name: str, quick: bool) -> int:
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    from harness import Skipped, report

    try:
        figures = [report(figure) for figure in importlib.import_module(name).measure(quick)]
    except Skipped as skipped:
        print(f"{name}: skipped: {skipped}")
        return SKIPPED
    return 1 if any(figure.met is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
