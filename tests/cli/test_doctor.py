"""The doctor tells what the machine gives, what is missing, and whether queries can run."""

import json
from pathlib import Path
from types import MappingProxyType

import pytest
from tests.surfaces import PASSWORD

from fairway.cli import doctor as module
from fairway.engines import sandbox

HAS = [
    "Python",
    "Kernel",
    "Landlock",
    "Sandbox",
    "seccomp",
    "Memory",
    "Temporary space",
    "DuckDB",
    "PyArrow",
    "Django",
    "Java",
]
NODE = ["Settings", "Database", "Record", "Secrets", "Data"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def walls(monkeypatch):
    """A machine that can shut a process in, whatever this one can."""
    monkeypatch.setattr(sandbox, "version", lambda: 6)
    monkeypatch.setattr(module, "shut_in", lambda: True)


def looked(command, *arguments):
    code, out, errors = command("doctor", *arguments, "--json")
    assert errors == ""
    said = json.loads(out)
    assert code == (0 if said["queries_can_run"] else 5)
    return said["queries_can_run"], {f["name"]: f for f in said["findings"]}


def test_the_machine_alone(command, walls):
    can_run, found = looked(command)
    assert can_run
    assert [name for name in found if not name.startswith("fairway[")] == HAS
    assert "fairway[postgres]" in found
    assert "fairway[dev]" not in found


def test_a_node_is_looked_at_too_and_no_secret_is_shown(command, walls, department):
    can_run, found = looked(command, "--node", str(department.workspace))
    assert can_run
    assert set(NODE) <= set(found)
    assert found["Record"]["value"].startswith("verified: ")
    code, out, _ = command("doctor", "--node", str(department.workspace))
    assert code == 0
    assert out.endswith("\nQueries can run.\n")
    assert PASSWORD not in out
    for secret in (department.workspace / "secrets").iterdir():
        assert secret.read_bytes().hex() not in out


@pytest.mark.parametrize("name", ["pseudonyms.key", "peers.key", "sources.toml"])
def test_secrets_that_others_can_read_are_named_with_the_way_out(command, walls, department, name):
    file = department.workspace / "secrets" / name
    made = not file.exists()
    file.touch()
    file.chmod(0o644)
    try:
        can_run, found = looked(command, "--node", str(department.workspace))
    finally:
        if made:
            file.unlink()
        else:
            file.chmod(0o600)
    assert not can_run
    assert "open to other accounts" in found["Secrets"]["value"]
    assert f"chmod 600 secrets/{name}" in found["Secrets"]["remedy"]
    assert looked(command, "--node", str(department.workspace))[0]


def test_java_is_asked_for_its_version_and_named_when_missing(
    command, walls, monkeypatch, tmp_path
):
    program = tmp_path / "java"
    program.write_text("#!/bin/sh\necho 'openjdk version \"17.0.15\"' >&2\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert module.java() == "17.0.15"
    program.write_text("#!/bin/sh\nexit 1\n")
    assert module.java() is None
    program.unlink()
    can_run, found = looked(command)
    assert can_run
    assert found["Java"]["value"] == "missing"
    assert "apt-get install openjdk-17-jre-headless" in found["Java"]["remedy"]


def test_without_the_client_of_spark_the_line_that_installs_it_is_named(
    command, walls, monkeypatch
):
    real = module.installed
    monkeypatch.setattr(
        module, "installed", lambda name: None if name == "pyspark-client" else real(name)
    )
    can_run, found = looked(command)
    assert can_run
    assert found["fairway[spark]"]["value"].startswith("missing: pyspark-client")
    assert found["fairway[spark]"]["remedy"] == "pip install 'fairway[spark]'"


def test_the_current_directory_is_looked_at_if_it_is_a_node(
    command, walls, department, monkeypatch
):
    monkeypatch.chdir(department.workspace)
    assert "Record" in looked(command)[1]


def test_a_kernel_without_walls_runs_no_queries(command, monkeypatch):
    monkeypatch.setattr(sandbox, "version", lambda: 0)
    monkeypatch.setattr(module, "shut_in", lambda: None)
    can_run, found = looked(command)
    assert not can_run
    assert (found["Landlock"]["value"], found["Landlock"]["good"]) == ("none", False)
    assert "5.13" in found["Landlock"]["remedy"]
    code, out, _ = command("doctor")
    assert code == 5
    assert "FAULT" in out
    assert out.endswith("Queries cannot run on this machine as it is.\n")


def test_a_missing_extra_names_the_line_that_installs_it(command, walls, monkeypatch):
    real = module.installed
    monkeypatch.setattr(module, "installed", lambda name: None if name == "polars" else real(name))
    can_run, found = looked(command)
    assert can_run
    assert found["fairway[polars]"]["remedy"] == "pip install 'fairway[polars]'"
    assert found["fairway[polars]"]["value"] == "missing: polars"
    out = command("doctor")[1]
    assert "note   fairway[polars]" in out
    assert "\n         " in out
    assert "pip install 'fairway[polars]'\n" in out


def test_a_library_that_queries_need(command, walls, monkeypatch):
    real = module.installed
    monkeypatch.setattr(module, "installed", lambda name: None if name == "duckdb" else real(name))
    can_run, found = looked(command)
    assert not can_run
    assert found["DuckDB"]["value"] == "missing"


def test_a_directory_that_is_no_node_and_an_address(command, walls, tmp_path):
    can_run, found = looked(command, "--node", str(tmp_path))
    assert not can_run
    assert "There is no node" in found["Settings"]["value"]
    assert command("doctor", "--node", "https://data.example")[0] == 2


def test_a_database_that_is_silent_a_record_and_data_that_are_gone(monkeypatch):
    class Silent:
        """A node of which nothing answers."""

        settings = MappingProxyType({"name": "Test"})
        store = people = ledger = property(lambda self: self)
        spoke = False

        def domains(self):
            if not self.spoke:
                raise OSError("postgresql://user:a-secret@host/db")
            return []

        def verify(self):
            raise OSError("no record")

    import fairway.wiring as wiring

    node = Silent()
    monkeypatch.setattr(wiring, "open_node", lambda _: node)
    monkeypatch.setattr(wiring, "data_roots", lambda: (Path("/nowhere/at/all"),))
    found = {f.name: f for f in module.node_findings(Path())}
    assert "Record" not in found
    assert "a-secret" not in str(found)
    assert [found[name].good for name in ("Database", "Data")] == [False, False]
    node.spoke = True
    found = {f.name: f for f in module.node_findings(Path())}
    assert found["Record"].value == "cannot be read"


def test_a_process_is_really_shut_in():
    assert module.shut_in() == (True if sandbox.available() else None)
    assert not sandbox.filtered()


def test_a_process_that_cannot_start_is_not_shut_in(monkeypatch):
    monkeypatch.setattr(module.sys, "executable", "/nowhere/python")
    assert module.shut_in() is None


def test_memory_is_what_the_machine_or_the_container_leaves(tmp_path):
    file = tmp_path / "meminfo"
    assert module.memory(file, tmp_path) is None
    file.write_text("MemTotal: 4000 kB\n")
    assert module.memory(file, tmp_path) is None
    file.write_text("MemTotal: 4000 kB\nMemAvailable: 2000 kB\n")
    assert module.memory(file, tmp_path) == 2000 * 1024
    (tmp_path / "memory.max").write_text("max\n")
    assert module.memory(file, tmp_path) == 2000 * 1024
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    assert module.memory(file, tmp_path) == 600_000


def test_extras_are_read_from_what_is_installed():
    assert module.extras(["django~=5", 'polars>=2; extra == "polars"', "x; extra == 'dev'"]) == {
        "polars": ["polars"]
    }
