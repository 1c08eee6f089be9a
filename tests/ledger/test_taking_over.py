"""A record that an earlier version kept as a chain becomes the beginning of the tree."""

import hashlib

import pytest
from django.db import connection
from tests.ledger import tampering
from tests.ledger.events import an_event

from fairway.nouns.errors import Unavailable
from fairway.nouns.events import EventFilter
from fairway.rules.ledger import event_bytes
from fairway.wiring import close_node, upgrade_node


def chain(count, *, broken=False):
    """Put the entries of a chain where the migration leaves them, and take the tree's head away."""
    number, blob = ("bigint", "bytea") if connection.vendor == "postgresql" else ("INTEGER", "BLOB")
    tampering.disarm()
    for table in ("ledger_head", "ledger_index", "ledger_segment", "ledger_entry"):
        tampering.sql(f"DELETE FROM {table}")
    tampering.sql(f"CREATE TABLE ledger_chain (sequence {number}, body {blob}, hash text)")
    previous = "0" * 64
    for n in range(1, count + 1):
        event = event_bytes(an_event(n)).decode()
        body = f'{{"event":{event},"previous":"{previous}","sequence":{n}}}'.encode()
        previous = hashlib.sha256(b"\x00" + body).hexdigest()
        held = "0" * 64 if broken and n == 2 else previous
        tampering.sql("INSERT INTO ledger_chain VALUES (%s, %s, %s)", n, body, held)


def test_the_entries_of_a_chain_become_those_of_the_tree(node, made):
    chain(3)
    (made.workspace / "ledger.checkpoint").write_text("fairway ledger 1\n3\nab\nnow\nsigned\n")
    close_node()
    after = upgrade_node(made.workspace, database=made.database)
    outcome = after.ledger.verify()
    assert (outcome.entries, outcome.intact) == (3, True), outcome
    found = after.ledger.find(EventFilter())
    assert [entry.event for entry in reversed(found)] == [an_event(n) for n in (1, 2, 3)]
    assert found[0].body == event_bytes(an_event(3))
    assert "ledger_chain" not in connection.introspection.table_names()
    again = upgrade_node(made.workspace, database=made.database)
    assert again.ledger.verify().entries == 3


def test_a_chain_that_was_touched_is_not_taken_over(node, made):
    chain(3, broken=True)
    (made.workspace / "ledger.checkpoint").unlink()
    close_node()
    with pytest.raises(Unavailable, match="entry 2"):
        upgrade_node(made.workspace, database=made.database)
