"""What a process does on a node until it is killed.

Each acknowledged step is one line on the standard output, written after it was acknowledged.
"""

import os
import threading
from pathlib import Path

from tests.ledger.events import an_event

from fairway.nouns.people import Domain, Organisation
from fairway.verbs.ports import Platform
from fairway.wiring import open_node


def tell(line: str) -> None:
    os.write(1, line.encode() + b"\n")


def append(node: Platform, name: str, number: int) -> None:
    """One event by the sequencer."""
    node.ledger.append(an_event(subject=f"{name}-{number}"))
    tell(f"event {name}-{number}")


def publish(node: Platform, name: str, number: int) -> None:
    """Two records and two events in one transaction, as a verb has them."""
    subject = f"{name}-{number}"
    with node.store.transaction():
        node.store.people.add_organisation(Organisation(subject, "An organisation"))
        node.ledger.append(an_event(subject=subject, action="organisation.add"))
        node.store.people.add_domain(Domain(subject, "A domain", subject))
        node.ledger.append(an_event(subject=subject, action="domain.add"))
    tell(f"pair {subject}")


def work(node: Platform, name: str, steps: int) -> None:
    from django.db import connection

    try:
        for number in range(steps):
            (publish if number % 3 == 0 else append)(node, name, number)
    finally:
        connection.close()


def main(workspace: str, database: str, name: str, threads: str, steps: str) -> None:
    node = open_node(Path(workspace), database=database)
    tell("open")
    workers = [
        threading.Thread(target=work, args=(node, f"{name}.{n}", int(steps)))
        for n in range(int(threads))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    tell("done")
