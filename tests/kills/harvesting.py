"""A harvest in a process of its own, which kills itself after some batches: `DIR BATCHES`."""

import os
import signal
import sys
from pathlib import Path

from fairway.demo.catalogues import CATALOGUES
from fairway.verbs import harvests
from fairway.verbs.acting import SYSTEM
from fairway.wiring import open_node


def main() -> None:
    batches = int(sys.argv[2])

    def progress(done: int, total: int) -> None:
        if done >= min(batches * harvests.BATCH, total):
            os.kill(os.getpid(), signal.SIGKILL)

    catalogue = CATALOGUES[3]
    harvests.harvest(
        open_node(Path(sys.argv[1])),
        SYSTEM,
        catalogue.source,
        catalogue.read().decode(),
        progress=progress,
    )


if __name__ == "__main__":
    main()
