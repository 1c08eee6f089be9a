"""The workers of a served node, as the system shows them."""

import resource
from pathlib import Path


def working(process: int) -> set[int]:
    """The workers of a served node that have a job: their processor time is bounded by it."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = status.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it has just ended
            continue
        if state not in "ZX":
            parents[int(status.parent.name)] = int(parent)
    family, found = {process}, {process}
    while found := {child for child, parent in parents.items() if parent in found}:
        family |= found
    return {member for member in family if 0 < _seconds(member) < 24 * 3600}


def _seconds(process: int) -> int:
    try:
        return resource.prlimit(process, resource.RLIMIT_CPU)[0]
    except ProcessLookupError:
        return 0
