"""A process to be killed: it publishes, decides and queries without end on a node.

Each thing that was acknowledged is printed, flushed, before the next begins.
"""

import sys
from datetime import date
from pathlib import Path

from tests.scene import CLAIMS, Scene

from fairway.nouns.agreements import Move
from fairway.wiring import open_node


def main(workspace: str, start: int) -> None:
    scene = Scene(open_node(Path(workspace)))
    print("ready", flush=True)
    for number in range(start, start + 10_000):
        version = f"1.{number}.0"
        scene.publish(CLAIMS, **{"1.0.0": version})
        print("published", version, flush=True)
        active = scene.approve(ends=date(2026, 12, 31))
        print("active", active.id, flush=True)
        rows = scene.query("SELECT region, weeks FROM dwp.claims", agreement=active.id)
        print("queried", active.id, len(rows), flush=True)
        scene.move(scene.owner, active.id, Move.SUSPEND, "Check")
        print("suspended", active.id, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
