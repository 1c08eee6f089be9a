"""Makes a node with a domain of harbours: `python -m tests.federation.harbours DIR NAME`."""

import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fairway.nouns.people import Domain, Organisation, Person, Role
from fairway.verbs import people
from fairway.verbs.acting import SYSTEM
from fairway.wiring import close_node, create_node

PASSWORD = "three random words"


def build(workspace: Path, name: str) -> None:
    """Make the node, its accounts and its data."""
    platform = create_node(workspace, name)
    people.add_domain(
        platform, SYSTEM, Domain("harbours", "Harbours", "office"), Organisation("office", name)
    )
    for person, role, domain in (
        ("keeper", Role.DATA_OWNER, "harbours"),
        ("manager", Role.GOVERNANCE_MANAGER, None),
    ):
        people.add_person(platform, SYSTEM, Person(person, person, "harbours"), PASSWORD)
        people.appoint(platform, SYSTEM, person, role, domain, since=date(2025, 1, 1))
    table = pa.table({"harbour": ["Leith"]})
    pq.write_table(table, workspace / "data/harbours.parquet")
    file = workspace / "fairway.toml"
    file.write_text(file.read_text() + "\n[follow]\nlocal = true\n")
    close_node()


if __name__ == "__main__":
    build(Path(sys.argv[1]), sys.argv[2])
