"""The commands on PostgreSQL."""

import pytest
from tests.surfaces import PASSWORD

import fairway
from fairway.demo.served import served


@pytest.mark.postgres
def test_init_and_serve_on_postgresql(command, monkeypatch, tmp_path, postgres_database):
    workspace = tmp_path / "node"
    monkeypatch.setenv("FAIRWAY_PASSWORD", PASSWORD)
    made = command("init", str(workspace), "--database", postgres_database, "--ask-password")
    assert made[0] == 0, made
    assert not (workspace / "fairway.sqlite3").exists()
    with served(workspace) as node:
        with fairway.connect(node.address) as door:
            token = door.create_token("administrator", PASSWORD)
        with fairway.connect(node.address, token.secret) as administrator:
            assert administrator.me().appointments[0].role == "administrator"
            assert len(administrator.people()) == 1
