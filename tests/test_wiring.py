"""Making, opening and closing nodes in one process."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.conf import settings as django
from django.core.management import call_command
from django.db import connection, connections
from tests.ledger.events import an_event
from tests.nodes import backend, made, node, shared, templates  # noqa: F401

from fairway import wiring
from fairway.nouns.errors import Conflict, Unavailable
from fairway.nouns.peers import Peer
from fairway.nouns.people import Organisation
from fairway.settings import FILE
from fairway.wiring import close_node, create_node, current, open_node


@pytest.fixture(autouse=True)
def nothing_open():
    close_node()
    yield
    close_node()


def add(platform, organisation):
    with platform.store.transaction():
        platform.store.people.add_organisation(Organisation(organisation, organisation))


def names(platform):
    return [organisation.id for organisation in platform.store.people.organisations()]


# ------------------------------------------------------------------ one node


def test_a_new_node_is_open_and_ready(tmp_path):
    platform = create_node(tmp_path / "node", "New")
    assert current() is platform
    assert open_node(tmp_path / "node") is platform
    assert platform.settings["name"] == "New"
    assert platform.store.purposes.all()
    assert platform.ledger.verify().intact


def test_there_is_no_node_until_one_is_open(tmp_path):
    with pytest.raises(Unavailable) as caught:
        current()
    assert caught.value.code == "wiring.no_node"
    with pytest.raises(Unavailable):
        open_node(tmp_path)


def test_a_node_is_made_once(tmp_path):
    platform = create_node(tmp_path / "node", "New")
    add(platform, "a")
    with pytest.raises(Conflict):
        create_node(tmp_path / "node", "Again")
    assert names(open_node(tmp_path / "node")) == ["a"]


def test_what_was_interrupted_can_be_made_again(tmp_path, monkeypatch):
    def fail(platform):
        raise KeyboardInterrupt

    monkeypatch.setattr(wiring, "_seed", fail)
    with pytest.raises(KeyboardInterrupt):
        create_node(tmp_path / "node", "New")
    monkeypatch.undo()
    close_node()
    assert not (tmp_path / "node" / FILE).exists()
    platform = create_node(tmp_path / "node", "New")
    assert platform.store.purposes.all()
    assert platform.ledger.append(an_event()) == 1
    assert platform.ledger.verify().intact


def test_what_is_written_is_there_when_opened_again(made):  # noqa: F811
    platform = made.open()
    add(platform, "a")
    platform.ledger.append(an_event())
    close_node()
    again = made.open()
    assert again is not platform
    assert names(again) == ["a"]
    assert again.ledger.verify().entries == 1


def test_the_tables_are_as_the_records_say(node):  # noqa: F811
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_node_of_an_earlier_version_is_not_opened_before_its_upgrade(made):  # noqa: F811
    open_node(made.workspace, database=made.database)
    call_command("migrate", "store", "0007", verbosity=0)  # as it was before feedback was kept
    close_node()
    with pytest.raises(Unavailable) as caught:
        open_node(made.workspace, database=made.database)
    assert caught.value.code == "wiring.older_node"
    assert f"fairway upgrade --node {made.workspace}" in caught.value.remedy
    with pytest.raises(Unavailable):
        current()
    wiring.upgrade_node(made.workspace, database=made.database)
    close_node()
    assert open_node(made.workspace, database=made.database).ledger.verify().intact


def test_a_node_without_a_key_for_other_nodes_gets_one_at_its_upgrade(made):  # noqa: F811
    key = made.workspace / "secrets" / "peers.key"
    before = made.open().identity.public
    key.unlink()
    close_node()
    with pytest.raises(Unavailable) as caught:
        _ = made.open().identity.public
    assert caught.value.code == "settings.no_secret"
    assert "fairway upgrade" in caught.value.remedy
    after = wiring.upgrade_node(made.workspace, database=made.database).identity.public
    assert after != before
    assert key.stat().st_mode & 0o077 == 0
    again = wiring.upgrade_node(made.workspace, database=made.database)
    assert again.identity.public == after


def test_a_node_that_others_know_has_to_restore_its_key(made):  # noqa: F811
    platform = made.open()
    known = Peer("dfe", "DfE", "http://localhost", "ab" * 32, ("dfe",), "admin", datetime.now(UTC))
    with platform.store.transaction():
        platform.store.peers.put(known, "fingerprint")
    (made.workspace / "secrets" / "peers.key").unlink()
    close_node()
    upgraded = wiring.upgrade_node(made.workspace, database=made.database)
    with pytest.raises(Unavailable, match="peers cannot be read"):
        _ = upgraded.identity.public


def test_closing_lets_go_of_every_thread(made):  # noqa: F811
    platform = made.open()
    release, opened = threading.Event(), threading.Barrier(4)

    def read():
        platform.store.people.all()
        mine = connections["default"]
        opened.wait(10)
        release.wait(10)
        return mine.connection is None

    with ThreadPoolExecutor(3) as pool:
        reading = [pool.submit(read) for _ in range(3)]
        opened.wait(10)
        close_node()
        release.set()
        assert all(thread.result() for thread in reading)


# ------------------------------------------------------------------ one after another


def test_another_node_takes_the_place_of_the_first(tmp_path):
    first = create_node(tmp_path / "first", "First")
    add(first, "in-first")
    first.ledger.append(an_event())
    second = create_node(tmp_path / "second", "Second")
    assert current() is second
    assert names(second) == []
    assert second.ledger.verify().entries == 0
    again = open_node(tmp_path / "first")
    assert names(again) == ["in-first"]
    assert again.ledger.append(an_event()) == 2


def test_what_differs_between_nodes_is_told_to_django(tmp_path):
    create_node(tmp_path / "first", "First")
    close_node()
    create_node(tmp_path / "second", "Second")
    close_node()
    text = (tmp_path / "second" / FILE).read_text("utf-8")
    (tmp_path / "second" / FILE).write_text(text + '\n[web]\nhosts = ["b"]\nhttps = true\n')
    open_node(tmp_path / "first")
    first = (django.SECRET_KEY, django.ALLOWED_HOSTS, django.SESSION_COOKIE_SECURE)
    open_node(tmp_path / "second")
    second = (django.SECRET_KEY, django.ALLOWED_HOSTS, django.SESSION_COOKIE_SECURE)
    assert first[0] != second[0]
    assert (first[1:], second[1:]) == ((["localhost", "127.0.0.1", "[::1]"], False), (["b"], True))


@pytest.mark.postgres
def test_from_one_kind_of_database_to_the_other(templates, tmp_path):  # noqa: F811
    for kind, vendor in (("sqlite", "sqlite"), ("postgresql", "postgresql"), ("sqlite", "sqlite")):
        templates(kind).open().store.purposes.all()
        assert connection.vendor == vendor


def test_threads_see_the_node_that_is_open(tmp_path):
    with ThreadPoolExecutor(1) as pool:
        for name in ("first", "second"):
            platform = create_node(tmp_path / name, name)
            add(platform, name)
            assert pool.submit(names, platform).result() == [name]


def test_a_process_that_is_django_already_is_left_alone():
    program = (
        "from django.conf import settings; settings.configure()\n"
        "from fairway.wiring import create_node; from pathlib import Path; import tempfile\n"
        "try: create_node(Path(tempfile.mkdtemp()) / 'node', 'N')\n"
        "except Exception as error: print(error.code)"
    )
    assert run(program) == "wiring.other_application"


# ------------------------------------------------------------------ parts


def test_a_part_is_made_when_it_is_first_asked_for(tmp_path):
    workspace = tmp_path / "node"
    create_node(workspace, "N")
    close_node()
    program = (
        "import sys; from pathlib import Path; from fairway.wiring import open_node\n"
        f"node = open_node(Path({str(workspace)!r}))\n"
        "node.index.find('x', limit=1, offset=0); node.store.people.all()\n"
        "heavy = ('duckdb', 'pyarrow', 'cedarpy', 'open_data_contract_standard', 'ninja')\n"
        "print([name for name in heavy if name in sys.modules])\n"
        "node.guardrails.verdict; print('cedarpy' in sys.modules)"
    )
    assert run(program).split("\n") == ["[]", "True"]


def run(program):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_parts_that_know_no_node_are_shared(tmp_path):
    first = create_node(tmp_path / "first", "First")
    second = create_node(tmp_path / "second", "Second")
    assert first.gate is second.gate
    assert first.engine is second.engine
    assert first.keys is not second.keys
    assert first.keys.pseudonym_key("agr-1") != second.keys.pseudonym_key("agr-1")


def test_the_clock_says_which_zone(tmp_path):
    assert create_node(tmp_path / "node", "N").clock.now().tzinfo is UTC


def test_names_are_new_each_time(tmp_path):
    ids = create_node(tmp_path / "node", "N").ids
    made_up = {ids.new("agr") for _ in range(1000)}
    assert len(made_up) == 1000
    assert all(name.startswith("agr-") and len(name) == 16 for name in made_up)
    assert len({ids.secret() for _ in range(100)}) == 100
    assert len(ids.secret()) >= 43
