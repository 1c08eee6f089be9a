"""Whatever is done to the record is found, and nothing else is."""

import shutil

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.ledger import tampering
from tests.ledger.events import NOON, an_event
from tests.ledger.tampering import BYTES, CELLS, KEYS, sql

from fairway.nouns.errors import Unavailable
from fairway.rules.ledger import micros, packed, seal
from fairway.wiring import close_node

ENTRIES = 6


@pytest.fixture
def record(node):
    """A node with entries of several kinds."""
    for n in range(ENTRIES):
        products = ("labour.claims", "labour.jobs")[: n % 3]
        node.ledger.append(
            an_event(n, products=products, actor="Siân" if n == 2 else "analyst", rows=n)
        )
    assert node.ledger.verify().intact
    return node


@pytest.fixture
def disarmed(record):
    tampering.disarm()
    return record


# ------------------------------------------------------------------ triggers


TABLES = ("ledger_entry", "ledger_product", "ledger_agreement", "ledger_segment")
"""Those in which the record has rows."""


@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_changes_and_deletions(record, table):
    column = KEYS[table][0]
    for statement in (
        f"UPDATE {table} SET {column} = {column}",
        f"DELETE FROM {table}",
        f"DELETE FROM {table} WHERE {column} = {column}",
    ):
        with pytest.raises(DatabaseError, match="never changed"):
            sql(statement)
    assert record.ledger.verify().intact


def test_the_database_refuses_to_forget_its_head(record):
    for statement in (
        "DELETE FROM ledger_head",
        "UPDATE ledger_head SET size = size - 1",
        "UPDATE ledger_head SET note = 'x'",
    ):
        with pytest.raises(DatabaseError, match=r"never changed|only grows"):
            sql(statement)


def test_the_database_refuses_the_other_ways_to_write_over(record):
    if connection.vendor == "sqlite":
        statements = [
            "INSERT OR REPLACE INTO ledger_segment SELECT * FROM ledger_segment LIMIT 1",
            "INSERT OR REPLACE INTO ledger_head SELECT * FROM ledger_head",
            "INSERT OR REPLACE INTO ledger_entry SELECT * FROM ledger_entry WHERE sequence = 1",
            "REPLACE INTO ledger_product SELECT * FROM ledger_product LIMIT 1",
        ]
    else:
        statements = [f"TRUNCATE {table}" for table in KEYS]
    for statement in statements:
        with pytest.raises(DatabaseError, match=r"never changed|one head"):
            sql(statement)
    assert record.ledger.verify().intact


# ------------------------------------------------------------------ single bytes


@pytest.mark.parametrize(("table", "column"), CELLS)
def test_a_changed_byte_in_each_column_of_each_row_is_found(disarmed, table, column):
    for key in tampering.rows(table):
        value = tampering.cell(table, column, key)
        for place in (0, 1, -1):
            try_flip(disarmed, table, column, key, tampering.flipped(value, place, 0))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_changed_byte_is_found(disarmed, data):
    table, column = data.draw(st.sampled_from(CELLS).filter(lambda cell: tampering.rows(cell[0])))
    key = data.draw(st.sampled_from(tampering.rows(table)))
    value = tampering.cell(table, column, key)
    place, bit = data.draw(st.integers(0, 1000)), data.draw(st.integers(0, 7))
    changed = tampering.flipped(value, place, bit)
    if connection.vendor == "postgresql" and isinstance(changed, bytes) and column not in BYTES:
        assume(storable_by_postgresql(changed))
    try_flip(disarmed, table, column, key, changed)
    assert disarmed.ledger.verify().intact


def storable_by_postgresql(text: bytes) -> bool:
    try:
        return "\0" not in text.decode()
    except UnicodeDecodeError:
        return False


def try_flip(node, table, column, key, changed):
    """Write a cell, verify, take it back."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                tampering.write(table, column, key, changed)
        except DatabaseError:  # the key of another row: that is no way to write either
            assert column in KEYS[table]
            return
        outcome = node.ledger.verify()
        transaction.set_rollback(True)
    assert not outcome.intact, (table, column, key, changed)
    assert outcome.reason
    if table == "ledger_entry" and column != "sequence":
        assert outcome.first_bad == key[0]
    if table == "ledger_segment" and column == "leaves":
        assert outcome.first_bad == key[0] + 1


# ------------------------------------------------------------------ whole rows


def cut(kept):
    """Take everything away that came after an entry, but for the head."""
    sql("DELETE FROM ledger_segment WHERE first >= %s", kept)
    for table in ("ledger_entry", "ledger_product", "ledger_agreement"):
        sql(f"DELETE FROM {table} WHERE sequence > %s", kept)


def test_each_missing_entry_is_found_and_named(disarmed):
    for sequence in range(1, ENTRIES + 1):
        with transaction.atomic():
            sql("DELETE FROM ledger_segment WHERE first = %s", sequence - 1)
            for table in ("ledger_entry", "ledger_product", "ledger_agreement"):
                sql(f"DELETE FROM {table} WHERE sequence = %s", sequence)
            outcome = disarmed.ledger.verify()
            transaction.set_rollback(True)
        assert (outcome.intact, outcome.first_bad) == (False, sequence)
        assert "missing" in outcome.reason


@pytest.mark.parametrize("kept", range(ENTRIES))
def test_a_record_that_was_cut_short_is_found(disarmed, kept):
    cut(kept)
    outcome = disarmed.ledger.verify()
    assert (outcome.intact, outcome.first_bad) == (False, kept + 1)
    with pytest.raises(Unavailable):
        disarmed.ledger.append(an_event())


def test_a_record_that_was_emptied_whole_is_found(disarmed):
    for table in KEYS:
        sql(f"DELETE FROM {table}")
    assert not disarmed.ledger.verify().intact


def test_a_forged_entry_at_the_end_is_found(disarmed):
    """Hashed as it should be; only its head is not signed."""
    forge(ENTRIES + 1)
    outcome = disarmed.ledger.verify()
    assert (outcome.intact, outcome.first_bad) == (False, ENTRIES + 1)
    with pytest.raises(Unavailable):
        disarmed.ledger.append(an_event())


def test_a_record_whose_end_was_written_again_is_found(disarmed):
    cut(ENTRIES - 1)
    forge(ENTRIES)
    outcome = disarmed.ledger.verify()
    assert not outcome.intact
    assert "tree" in outcome.reason
    # the process that wrote the head knows its edge and goes on; the next check still finds it


def forge(sequence):
    event = an_event(99, action="forged", products=(), agreements=())
    entry = seal(event, sequence, bytes(16))
    sql(
        "INSERT INTO ledger_segment (first, width, leaves, bodies) VALUES (%s, 1, %s, %s)",
        *(sequence - 1, entry.leaf, packed([(entry.salt, entry.body)])),
    )
    (peak,) = sql("SELECT MAX(peak) FROM ledger_entry")[0]
    sql(
        "INSERT INTO ledger_entry (sequence, at, peak, actor, action, outcome,"
        " purpose, subject) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        *(sequence, micros(event.at), max(peak, micros(event.at)), event.actor),
        *(event.action, event.outcome, event.purpose, event.subject),
    )
    state = "UPDATE ledger_index SET size = %s, peak = %s WHERE id = 1"
    sql(state, sequence, max(peak, micros(event.at)))


@pytest.mark.parametrize("sequence", [-1, 0, ENTRIES + 5, 2])
@pytest.mark.parametrize("table", ["ledger_product", "ledger_agreement"])
def test_a_row_that_no_entry_stands_behind_is_found(disarmed, table, sequence):
    if table == "ledger_product":
        values = f"('made.up', {sequence}, 'analyst', 'research', {micros(NOON)}, 3)"
    else:
        values = f"('made-up', {sequence})"
    sql(f"INSERT INTO {table} VALUES {values}")
    outcome = disarmed.ledger.verify()
    assert (outcome.intact, outcome.first_bad) == (False, sequence)


def test_entries_that_changed_places_are_found(disarmed):
    with transaction.atomic():
        for before, after in ((2, 90), (3, 2), (90, 3)):
            sql("UPDATE ledger_segment SET first = %s WHERE first = %s", after - 1, before - 1)
            for table in ("ledger_entry", "ledger_product", "ledger_agreement"):
                sql(f"UPDATE {table} SET sequence = %s WHERE sequence = %s", after, before)
    assert not disarmed.ledger.verify().intact


def test_nodes_that_are_not_what_entries_say_are_found(node):
    with node.store.transaction():
        for n in range(520):
            node.ledger.append(an_event(n))
    assert node.ledger.verify().intact
    assert tampering.rows("ledger_node") == [(1, 0), (1, 1)]
    tampering.disarm()
    for change in (
        "UPDATE ledger_node SET hash = ledger_segment.leaves FROM ledger_segment WHERE place = 1",
        "DELETE FROM ledger_node WHERE place = 1",
        "UPDATE ledger_node SET place = 5 WHERE place = 1",
        "UPDATE ledger_node SET place = -1 WHERE place = 0",
        "UPDATE ledger_node SET level = 2 WHERE place = 0",
        "UPDATE ledger_node SET level = 9 WHERE place = 0",
    ):
        with transaction.atomic():
            sql(change)
            outcome = node.ledger.verify()
            transaction.set_rollback(True)
        assert not outcome.intact, change
        assert "node" in outcome.reason
    assert node.ledger.verify().intact


# ------------------------------------------------------------------ heads and going back


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # for the other see the next test
def test_going_back_to_an_older_copy_is_found(record, made, tmp_path):
    """The whole database as it was, signed head and all: the file beside it knows better."""
    database = made.workspace / "fairway.sqlite3"
    close_node()
    shutil.copy(database, tmp_path / "copy")
    node = made.open()
    node.ledger.append(an_event(7))
    close_node()
    shutil.copy(tmp_path / "copy", database)
    node = made.open()
    outcome = node.ledger.verify()
    assert (outcome.intact, outcome.first_bad) == (False, ENTRIES + 1)
    with pytest.raises(Unavailable) as caught:
        node.ledger.append(an_event(8))
    assert caught.value.code == "ledger.broken"


def test_going_back_to_an_older_signed_head_is_found(disarmed):
    older = sql("SELECT size, edge, note FROM ledger_head")[0]
    index = sql("SELECT size, peak, late FROM ledger_index")[0]
    disarmed.ledger.append(an_event(7))
    cut(ENTRIES)
    sql("UPDATE ledger_head SET size = %s, edge = %s, note = %s", *older)
    sql("UPDATE ledger_index SET size = %s, peak = %s, late = %s", *index)
    outcome = disarmed.ledger.verify()
    assert (outcome.intact, outcome.first_bad) == (False, ENTRIES + 1)
    with pytest.raises(Unavailable):
        disarmed.ledger.append(an_event(8))


def test_a_file_that_fell_behind_raises_no_alarm(record, made):
    """A kill between commit and file leaves it so."""
    file = made.workspace / "ledger.checkpoint"
    older = file.read_bytes()
    record.ledger.append(an_event(7))
    assert file.read_bytes() != older
    file.write_bytes(older)
    assert record.ledger.verify().intact
    record.ledger.append(an_event(8))
    assert record.ledger.verify().intact
    assert b"\n8\n" in file.read_bytes()


def test_a_file_that_is_gone_or_damaged_is_found(record, made):
    file = made.workspace / "ledger.checkpoint"
    good = file.read_bytes()
    for place in range(0, len(good), 7):
        damaged = bytearray(good)
        damaged[place] ^= 1
        file.write_bytes(bytes(damaged))
        assert not record.ledger.verify().intact, place
    for bad in (b"", good[:-1], good + b"\n"):
        file.write_bytes(bad)
        assert not record.ledger.verify().intact
    file.unlink()
    outcome = record.ledger.verify()
    assert (outcome.intact, outcome.first_bad) == (False, None)
    with pytest.raises(Unavailable):
        record.ledger.append(an_event(8))
    file.write_bytes(good)
    assert record.ledger.append(an_event(8)) == ENTRIES + 1


def test_a_file_that_cannot_be_written_stays_behind(record, made, monkeypatch, caplog):
    def full(handle, content, place):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.pwrite", full)
    record.ledger.append(an_event(7))

    monkeypatch.undo()
    assert record.ledger.verify().intact
    record.ledger.append(an_event(8))
    assert record.ledger.verify().intact


def test_a_lost_file_can_be_written_anew_from_a_record_that_verifies(record, made):
    file = made.workspace / "ledger.checkpoint"
    good = file.read_bytes()
    file.unlink()
    assert record.ledger.renew_mirror().intact
    assert file.read_bytes() == good
    assert record.ledger.append(an_event(8)) == ENTRIES + 1
    assert record.ledger.verify().intact


def test_a_lost_file_is_not_written_anew_from_a_record_that_does_not(disarmed, made):
    file = made.workspace / "ledger.checkpoint"
    file.unlink()
    sql("DELETE FROM ledger_product WHERE sequence = 2")
    assert disarmed.ledger.renew_mirror().first_bad == 2
    assert not file.exists()
