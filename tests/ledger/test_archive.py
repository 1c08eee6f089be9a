"""Old bodies in files by month: moved, verified, proved, erased; killed between the steps."""

import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.ledger import tampering
from tests.ledger.events import an_event

from fairway.ledger import finding
from fairway.ledger.archive import GROUP, Archive, Row
from fairway.nouns.errors import NotFound, Unavailable
from fairway.nouns.events import EventFilter
from fairway.rules.merkle import included, leaf_hash
from fairway.verbs import logs
from fairway.verbs.acting import SYSTEM
from fairway.wiring import close_node

DECEMBER = datetime(2025, 12, 30, tzinfo=UTC)
MONTHS = {"2025-12": [1, 2, 3, 4, 5, 6], "2026-01": [7, 8]}


@pytest.fixture
def old(node):
    """Six entries of December, three of them in one transaction, two of January, one of March."""
    for number in range(3):
        node.ledger.append(an_event(number, at=DECEMBER + timedelta(hours=number)))
    with node.store.transaction():
        for number in range(3, 6):
            node.ledger.append(an_event(number, at=DECEMBER + timedelta(hours=number)))
    for number in (6, 7):
        node.ledger.append(an_event(number, at=DECEMBER + timedelta(days=number)))
    node.ledger.append(an_event(8))
    return node


def archive(node, before="2026-02"):
    return {m.month: m.entries for m in logs.archive(node, SYSTEM, before)}


def erase(node, *sequences):
    return logs.erase(node, SYSTEM, sequences, "Request 17")


def reopened(made):
    close_node()
    return made.open()


def folder(made):
    return made.workspace / "ledger-archive"


def table(made, month="2025-12"):
    return pq.read_table(folder(made) / f"{month}.parquet")


def in_database():
    return [row[0] for row in tampering.sql(
        "SELECT first + 1 FROM ledger_segment WHERE length(bodies) > 0 ORDER BY first"
    )]  # fmt: skip


def entries(node):
    return [node.ledger.entry(n) for n in range(1, 10)]


# ------------------------------------------------------------------ moving


def test_bodies_of_months_that_are_over_move_and_everything_goes_on(old, made):
    before, heads = entries(old), old.ledger.verify()
    found, run = old.ledger.find(EventFilter(action="query.completed")), old.ledger.bodies(0, 9)
    assert archive(old) == {"2025-12": 6, "2026-01": 2}
    assert in_database()[0] == 9
    assert table(made)["index"].to_pylist() == list(range(6))
    assert table(made)["at"].to_pylist()[0] == DECEMBER
    assert json.loads(table(made)["body"].to_pylist()[2])["subject"] == "q-2"
    assert [table(made)[c].to_pylist()[0] for c in ("body", "salt", "leaf_hash")] == [
        before[0].body, before[0].salt, leaf_hash(before[0].leaf),
    ]  # fmt: skip
    assert not list(folder(made).glob("*.new")) + list(folder(made).glob("*.unsettled"))
    again = reopened(made)
    assert again.ledger.verify().intact
    assert again.ledger.verify().entries == heads.entries + 2
    assert entries(again) == before
    assert again.ledger.find(EventFilter(action="query.completed")) == found
    assert again.ledger.bodies(0, 9) == run
    proof = again.ledger.prove(2)
    root = again.ledger.head().root
    assert included(leaf_hash(before[1].leaf), 1, proof.size, proof.proof, root)
    moved = again.ledger.find(EventFilter(action="audit.archive"))
    assert [(e.event.subject, e.event.details) for e in reversed(moved)] == [
        ("2025-12", {"entries": 6}), ("2026-01", {"entries": 2}),
    ]  # fmt: skip


def test_what_comes_late_joins_its_month(old, made):
    assert archive(old, "2026-01") == {"2025-12": 6}
    late = old.ledger.entry(old.ledger.append(an_event(9, at=DECEMBER)))
    assert archive(old, "2026-01") == {"2025-12": 1}
    assert archive(old, "2026-01") == {}
    assert table(made)["index"].to_pylist() == [*range(6), late.index]
    assert old.ledger.entry(late.sequence) == late
    assert old.ledger.verify().intact


def test_what_is_erased_goes_from_the_file_too(old, made):
    assert erase(old, 2) == 1
    archive(old)
    assert erase(old, 2, 5, 9) == 2
    bodies = table(made)["body"].to_pylist()
    assert [body is None for body in bodies] == [False, True, False, False, True, False]
    assert table(made)["salt"].null_count == 2
    assert old.ledger.entry(5).body == b""
    assert not old.ledger.find(EventFilter(subject="q-4"))
    outcome = old.ledger.verify()
    assert (outcome.intact, outcome.erased) == (True, 3)


def test_a_file_of_many_groups_is_read_where_it_is_wanted(tmp_path):
    held = Archive(tmp_path / "a")
    held.mark("2025-12")
    rows = [Row(n, n, None, None, b"%d" % n) for n in range(0, 3 * GROUP, 2)]
    held.write("2025-12", iter(rows))
    assert list(held.rows("2025-12")) == rows
    assert held.counted() == {"2025-12": len(rows)}
    with held.file("2025-12").open("rb") as handle:
        for wanted in (0, 2 * GROUP, 3 * GROUP - 2):
            assert held._row(handle, "2025-12", wanted).place == wanted
        for missing in (-1, 1, 3 * GROUP):
            with pytest.raises(LookupError, match="is missing"):
                held._row(handle, "2025-12", missing)


# ------------------------------------------------------------------ killed between the steps


class Killed(BaseException):
    """Stands for the end of the process."""


STEPS = ["mark", "_table", "fsync", "replace", "let_go", "append", "after", "unmark"]


def kill_at(step, monkeypatch):
    def killed(*_, **__):
        raise Killed

    target = {
        "mark": "fairway.ledger.archive.Archive.mark",
        "_table": "fairway.ledger.archive._table",
        "fsync": "fairway.ledger.archive.os.fsync",
        "replace": "pathlib.Path.replace",
        "let_go": "fairway.ledger.segments.let_go",
        "append": "fairway.ledger.record.DatabaseLedger.append",
        "after": "fairway.ledger.moving.Moving._settle",
        "unmark": "fairway.ledger.archive.Archive.unmark",
    }[step]
    monkeypatch.setattr(target, killed)


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_while_moving_loses_nothing(old, made, monkeypatch, step):
    before = entries(old)
    with monkeypatch.context() as patch:
        kill_at(step, patch)
        with pytest.raises(Killed):
            archive(old, "2026-01")
    assert entries(old) == before
    assert old.ledger.verify().intact
    again = reopened(made)
    assert entries(again) == before
    assert not list(folder(made).glob("*.new")) + list(folder(made).glob("*.unsettled"))
    done = step in ("after", "unmark")
    assert in_database()[0] == (7 if done else 1)
    assert (folder(made) / "2025-12.parquet").exists() is done
    assert again.ledger.verify().intact
    assert archive(again, "2026-01") == ({} if done else {"2025-12": 6})
    assert entries(again) == before
    assert again.ledger.verify().intact


@pytest.mark.parametrize("step", ["after", "_table", "fsync", "replace", "unmark"])
def test_what_was_erased_stays_erased_after_a_kill(old, made, monkeypatch, step):
    archive(old)
    with monkeypatch.context() as patch:
        if step == "fsync":
            old.ledger._archive.mark("2025-12")  # so that the first kill is in writing the file
            patch.setattr("fairway.ledger.archive._sync", lambda _: None)
        kill_at(step, patch)
        with pytest.raises(Killed):
            erase(old, 3)
    assert old.ledger.entry(3).body == b""
    assert old.ledger.verify().intact
    again = reopened(made)
    assert table(made)["body"].null_count == 1
    assert not list(folder(made).glob("*.new")) + list(folder(made).glob("*.unsettled"))
    outcome = again.ledger.verify()
    assert (outcome.intact, outcome.erased) == (True, 1)


def test_an_erasure_that_is_undone_leaves_the_body(old, made, monkeypatch):
    archive(old)
    with monkeypatch.context() as patch:
        kill_at("append", patch)
        with pytest.raises(Killed):
            erase(old, 3)
    assert reopened(made).ledger.entry(3).body
    assert table(made)["body"].null_count == 0
    assert not list(folder(made).glob("*.unsettled"))


def test_what_is_erased_while_its_month_moves_is_in_no_file(old, made, monkeypatch):
    """Both of a segment that stays in the database for it, and from what was written already."""
    with old.ledger.moving.month("2025-12") as let_go, monkeypatch.context() as patch:
        patch.setattr("fairway.ledger.moving.Moving.settle", lambda *_: None)  # it would wait
        assert erase(old, 5) == 1
        with old.store.transaction():
            assert let_go() == 3
    assert table(made)["index"].to_pylist() == [0, 1, 2]
    assert in_database()[0] == 4
    assert old.ledger.verify().intact
    assert archive(old, "2026-01") == {"2025-12": 3}
    assert table(made)["body"].null_count == 1
    assert old.ledger.verify().intact


def test_a_disk_that_is_full_is_said_and_nothing_is_lost(old, made, monkeypatch, caplog):
    before = entries(old)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("fairway.ledger.archive._table", full)
        with pytest.raises(Unavailable) as caught:
            archive(old)
        assert caught.value.code == "ledger.archive_not_written"
    archive(old)
    with monkeypatch.context() as patch:
        patch.setattr("fairway.ledger.archive._table", full)
        with pytest.raises(Unavailable):
            erase(old, 1)
        reopened(made)
    assert "ledger.archive_not_written" in caplog.text
    assert old.ledger.entry(1).body == b""
    assert entries(old)[1:] == before[1:]
    assert reopened(made).ledger.verify().intact
    assert table(made)["body"].null_count == 1


# ------------------------------------------------------------------ tampering


@pytest.fixture
def moved(old):
    archive(old)
    return old


def bad(node):
    outcome = node.ledger.verify()
    assert not outcome.intact
    return outcome.first_bad, outcome.reason


def test_a_file_that_is_missing_is_found_and_named(moved, made):
    (folder(made) / "2026-01.parquet").unlink()
    assert bad(moved) == (7, "ledger-archive/2026-01.parquet is missing")
    with pytest.raises(Unavailable):
        moved.ledger.entry(7)
    with pytest.raises(Unavailable):
        moved.ledger.find(EventFilter())
    with pytest.raises(Unavailable):
        moved.ledger.bodies(0, 9)
    with pytest.raises(Unavailable):
        erase(moved, 7)
    assert moved.ledger.entry(2).body
    with pytest.raises(NotFound):
        moved.ledger.entry(70)


def test_any_changed_byte_of_what_a_file_says_is_found(moved, made):
    """What is not found changes nothing that is read: names of the writer, unused statistics."""
    file = folder(made) / "2025-12.parquet"
    content = file.read_bytes()
    good, found = table(made), 0
    places = range(4, len(content), 97)
    for place in places:
        file.write_bytes(tampering.flipped(content, place, place % 8))
        outcome = moved.ledger.verify()
        if outcome.intact:
            assert table(made).equals(good)
        else:
            found += 1
            assert "ledger-archive/2025-12.parquet" in outcome.reason
    assert found > len(places) // 4
    file.write_bytes(content)
    assert moved.ledger.verify().intact


def other(at, value):
    return lambda column: [value if n == at else v for n, v in enumerate(column)]


@pytest.mark.parametrize(
    ("column", "change", "first", "reason"),
    [
        ("body", other(2, b'{"at":"2026-01-01"}'), 3, "its bytes are not those that were hashed"),
        ("salt", other(1, b"x" * 16), 2, "its bytes are not those that were hashed"),
        ("leaf_hash", other(4, b"x" * 32), 5, "is that of another"),
        ("at", other(0, DECEMBER - timedelta(days=1)), 1, "is that of another"),
        ("index", other(5, 77), 6, "is missing"),
        ("body", other(3, None), 4, "its row of entry is not what its body says"),
    ],
)
def test_a_file_that_says_something_else_is_found(moved, made, column, change, first, reason):
    held = table(made)
    place = held.schema.get_field_index(column)
    changed = pa.array(change(held[column].to_pylist()), held.schema.field(column).type)
    write(made, held.set_column(place, held.schema.field(column), changed))
    found = bad(moved)
    assert found[0] == first
    assert reason in found[1]
    assert "ledger-archive/2025-12.parquet" in found[1]


def write(made, held, month="2025-12"):
    pq.write_table(held, folder(made) / f"{month}.parquet")


def test_rows_that_are_gone_or_too_many_are_found(moved, made):
    held = table(made)
    write(made, held.slice(0, 4))
    assert bad(moved) == (5, "its row in ledger-archive/2025-12.parquet is missing")
    write(made, pa.concat_tables([held, held.slice(0, 1)]))
    assert bad(moved)[1] == "ledger-archive/2025-12.parquet has rows that no entry stands behind"
    write(made, held)
    write(made, held, "2024-01")
    assert bad(moved)[1] == "ledger-archive/2024-01.parquet has rows that no entry stands behind"
    (folder(made) / "2024-01.parquet").write_bytes(b"no file")
    assert bad(moved) == (None, "ledger-archive/2024-01.parquet is damaged")
    (folder(made) / "2024-01.parquet").unlink()
    write(made, held.drop_columns(["salt"]))
    assert bad(moved) == (1, "ledger-archive/2025-12.parquet is damaged")


def test_an_erased_body_that_is_put_back_is_found(moved, made):
    held, rows = table(made), finding.stretch(3, 4)
    erase(moved, 4)
    write(made, held)
    said = "its row of entry is not what its body says, in ledger-archive/2025-12.parquet"
    assert bad(moved) == (4, said)
    for name, several in rows.items():
        if several:
            finding._insert(name, several)
    assert bad(moved) == (4, "its body was erased, and is back in ledger-archive/2025-12.parquet")


def test_what_does_not_fit_its_leaf_is_not_moved(old, made):
    tampering.disarm()
    run = tampering.cell("ledger_segment", "bodies", (1,))
    tampering.write("ledger_segment", "bodies", (1,), tampering.flipped(run, 60, 1))
    with pytest.raises(Unavailable) as caught:
        archive(old)
    assert caught.value.code == "ledger.archive_does_not_verify"
    assert in_database()[0] == 1
    assert bad(old) == (2, "its bytes are not those that were hashed")
