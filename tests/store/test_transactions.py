"""One writer at a time, all or nothing, and no write without a transaction."""

import threading

import pytest
from django.db import connection
from django.db.utils import DatabaseError, OperationalError

from fairway.nouns.agreements import State
from fairway.nouns.errors import Conflict, Unavailable
from fairway.nouns.people import Domain, Organisation, Person, Role
from fairway.nouns.purposes import LegalBasis, Purpose
from fairway.store.database import translated

PURPOSE = Purpose("new-purpose", "New", "A new purpose.")


def test_every_write_asks_for_a_transaction(node):
    people, store = node.store.people, node.store
    with pytest.raises(RuntimeError, match="outside"):
        people.add(Person("a", "A", "d"), None)
    writes = {
        "people.set_active": lambda: people.set_active("a", False),
        "people.set_password": lambda: people.set_password("a", "b"),
        "people.add_organisation": lambda: people.add_organisation(Organisation("a", "A")),
        "people.add_domain": lambda: people.add_domain(Domain("a", "A", "a")),
        "people.appoint": lambda: people.appoint(None),
        "people.end_appointment": lambda: people.end_appointment("a", Role.AUDITOR, None, None),
        "tokens.add": lambda: store.tokens.add(None),
        "tokens.revoke": lambda: store.tokens.revoke("a", None),
        "products.add": lambda: store.products.add(None),
        "agreements.put": lambda: store.agreements.put(None),
        "purposes.put": lambda: store.purposes.put(PURPOSE),
        "purposes.put_legal_basis": lambda: store.purposes.put_legal_basis(
            LegalBasis("a", "A", "", "")
        ),
    }
    for write in writes.values():
        with pytest.raises(RuntimeError, match="outside"):
            write()


def test_a_transaction_does_not_nest(node):
    with node.store.transaction(), pytest.raises(RuntimeError, match="durable"):
        node.store.transaction().__enter__()


def test_what_failed_in_a_transaction_cannot_be_half_of_it(node):
    """Even for a caller that goes on after the error."""
    people = node.store.people
    with node.store.transaction():
        people.add_organisation(Organisation("a", "A"))
        with pytest.raises(Conflict):
            people.add_organisation(Organisation("a", "A"))
    assert people.organisations() == ()


def test_writers_queue_and_none_is_lost(node):
    first_in, second_done = threading.Event(), threading.Event()
    order = []

    def second():
        first_in.wait(60)
        with node.store.transaction():
            order.append("second in")
            node.store.people.add_organisation(Organisation("b", "B"))
        connection.close()
        second_done.set()

    other = threading.Thread(target=second)
    other.start()
    with node.store.transaction():
        node.store.people.add_organisation(Organisation("a", "A"))
        first_in.set()
        assert not second_done.wait(0.3)
        order.append("first out")
    other.join(60)
    assert order == ["first out", "second in"]
    assert [organisation.id for organisation in node.store.people.organisations()] == ["a", "b"]


def test_readers_do_not_wait_for_a_writer(node):
    found = []

    def read():
        found.extend(node.store.people.organisations())
        found.append("read")
        connection.close()

    with node.store.transaction():
        node.store.people.add_organisation(Organisation("a", "A"))
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(60)
        assert found == ["read"]


def test_a_store_that_stays_locked_is_unavailable(node, monkeypatch):
    """The other writer holds on for longer than one waits."""
    held, let_go = threading.Event(), threading.Event()

    def hold():
        with node.store.transaction():
            held.set()
            let_go.wait(60)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(60)
    try:
        with connection.cursor() as cursor:
            impatient = {
                "sqlite": "PRAGMA busy_timeout = 50",
                "postgresql": "SET lock_timeout = '50ms'",
            }
            cursor.execute(impatient[connection.vendor])
        if connection.vendor == "sqlite":  # the wait for a turn comes before that for the file
            monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
        with pytest.raises(Unavailable, match="busy") as caught:
            node.store.transaction().__enter__()
        assert caught.value.code == "store.unavailable"
    finally:
        let_go.set()
        holder.join(60)


def test_a_store_without_tables_says_so(node):
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE store_purpose")
    with pytest.raises(Unavailable, match="no tables"):
        node.store.purposes.all()


def test_a_database_that_is_down_says_nothing_of_itself():
    with pytest.raises(Unavailable) as caught, translated():
        raise OperationalError("connection to db.internal refused for user fairway")
    assert "internal" not in str(caught.value)
    assert caught.value.exit_code == 5
    with pytest.raises(Unavailable), translated():
        raise DatabaseError("database disk image is malformed")


def test_errors_of_ours_pass_through(node):
    with pytest.raises(Conflict, match="ours"), translated():
        raise Conflict("test", "ours")


def test_states_are_kept_by_their_values():
    """A state that is renamed would orphan the rows that hold it."""
    assert [state.value for state in State] == [
        *("draft", "submitted", "in question", "approved", "active", "suspended", "expired"),
        *("terminated", "refused", "withdrawn"),
    ]
