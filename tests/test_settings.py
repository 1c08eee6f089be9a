"""The settings file, the secrets, and what Django is told of them."""

import re
import stat
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from fairway.nouns.errors import BadInput, Conflict, Unavailable
from fairway.nouns.queries import Limits
from fairway.settings import (
    FILE,
    KEYS,
    SECRETS,
    NodeSettings,
    checked_url,
    create_workspace,
    django_settings,
    prepare_workspace,
    read_secret,
    read_settings,
    write_settings,
)

URL = "postgresql://fairway:s3cret%2F@db.internal:5433/node?sslmode=require"


@pytest.fixture
def workspace(tmp_path):
    create_workspace(tmp_path / "node", 'The "first" node\\ at Gwynedd – ŷ')
    return tmp_path / "node"


def write(workspace: Path, text: str) -> None:
    (workspace / FILE).write_text(text, "utf-8")


# ------------------------------------------------------------------ a new workspace


def test_a_new_workspace_reads_back_as_it_was_made(tmp_path):
    made = create_workspace(tmp_path / "a" / "node", "Name", URL)
    assert read_settings(tmp_path / "a" / "node") == made
    assert made == NodeSettings(
        workspace=tmp_path / "a" / "node",
        name="Name",
        data_roots=(tmp_path / "a" / "node" / "data",),
        database=URL,
    )
    assert (made.limits, made.https, made.token_days) == (Limits(), False, 90)


def test_any_name_that_can_be_printed_is_a_name(workspace):
    assert read_settings(workspace).name == 'The "first" node\\ at Gwynedd – ŷ'


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "nul\x00", "half \ud800"])
def test_what_cannot_be_printed_is_no_name(tmp_path, name):
    with pytest.raises(BadInput):
        create_workspace(tmp_path / "node", name)
    assert not (tmp_path / "node").exists()


def test_a_workspace_is_made_once(workspace):
    before = read_secret(read_settings(workspace), "ledger")
    with pytest.raises(Conflict) as caught:
        create_workspace(workspace, "Again")
    assert caught.value.code == "settings.node_exists"
    assert read_secret(read_settings(workspace), "ledger") == before


def test_what_was_interrupted_can_be_started_again(tmp_path):
    first = prepare_workspace(tmp_path / "node", "Name")
    kept = read_secret(first, "ledger")
    with pytest.raises(Unavailable):
        read_settings(tmp_path / "node")  # not a node yet
    second = prepare_workspace(tmp_path / "node", "Name")
    write_settings(second)
    assert read_secret(read_settings(tmp_path / "node"), "ledger") == kept


# ------------------------------------------------------------------ the file


def test_a_directory_without_settings_is_no_node(tmp_path):
    for nowhere in (tmp_path, tmp_path / "none"):
        with pytest.raises(Unavailable) as caught:
            read_settings(nowhere)
        assert caught.value.code == "settings.no_node"


def test_every_setting_is_read(workspace):
    """A setting that nothing reads would leave the settings as they are."""
    plain = read_settings(workspace)
    others = {
        "name": '"Another"',
        "database": f'"{URL}"',
        "data.roots": '["elsewhere", "/srv/data"]',
        "limits.rows": "7",
        "limits.bytes": "7",
        "limits.memory": "7",
        "limits.seconds": "0.5",
        "rates.principal": "7",
        "rates.agreement": "7",
        "web.hosts": '["data.example.gov.uk"]',
        "web.https": "true",
        "web.session_hours": "1",
        "web.idle_minutes": "1",
        "web.confirm_minutes": "1",
        "tokens.days": "7",
        "spark.address": '"sc://10.0.0.5:15002"',
        "spark.server": '"sail"',
        "spark.above": "7",
        "follow.local": "true",
        "sharing.address": '"https://data.example.gov.uk"',
        "sharing.cache_bytes": "7",
        "sharing.url_seconds": "7",
        "provisioning.domain": '"dwp"',
        "sign_in.issuer": '"https://id.example.gov.uk"\nsign_in.client = "fairway"',
        "sign_in.client": '"fairway"\nsign_in.issuer = "https://id.example.gov.uk"',
        "sign_in.label": '"One Login"',
        "sign_in.claim": '"oid"',
        "sign_in.match": '"external id"',
        "sign_in.break_glass": '["administrator"]',
        "sign_in.breached": '"secrets/breached.txt"',
        "peers.networks": '["10.1.0.0/16"]',
    }
    assert set(others) == set(KEYS)
    seen = set()
    for key, value in others.items():
        name = "" if key == "name" else 'name = "The node"\n'
        write(workspace, f"{name}{key} = {value}\n")
        changed = read_settings(workspace)
        differing = {
            f.name
            for f in fields(NodeSettings)
            if f.name != "name" and getattr(changed, f.name) != getattr(plain, f.name)
        }
        assert differing or changed.name == "Another", key
        seen |= differing
    assert seen == {f.name for f in fields(NodeSettings)} - {"workspace", "name"}


def test_every_setting_of_a_node_is_used():
    """By Django's settings, by the wiring, or by what verbs are told."""
    told = Path(sys.modules["fairway.settings"].__file__).parent
    files = [*told.glob("*.py"), told.parent / "wiring.py"]
    text = "".join(file.read_text("utf-8") for file in files)
    unused = [
        f.name
        for f in fields(NodeSettings)
        if not re.search(rf"\b(node|settings|self)\.{f.name}\b", text)
    ]
    assert unused == []


def test_data_roots_are_from_the_workspace(workspace):
    write(workspace, 'name = "N"\n[data]\nroots = ["data", "../shared", "/srv/data"]\n')
    assert read_settings(workspace).data_roots == (
        workspace / "data",
        workspace.parent / "shared",
        Path("/srv/data"),
    )


@pytest.mark.parametrize(
    ("text", "code", "field", "line"),
    [
        ('name = "N"\ncolour = "red"\n', "unknown_key", "colour", 2),
        ('name = "N"\n\n[limits]\n# how many\nrwos = 3\n', "unknown_key", "limits.rwos", 5),
        ('name = "N"\nlimits.rows = "3"\n', "bad_value", "limits.rows", 2),
        ('name = "N"\nspark.address = "10.0.0.5:15002"\n', "bad_value", "spark.address", 2),
        ('name = "N"\nspark.server = "livy"\n', "bad_value", "spark.server", 2),
        ('name = "N"\n[limits]\nrows = true\n', "bad_value", "limits.rows", 3),
        ('name = "N"\n[limits]\nrows = 0\n', "bad_value", "limits.rows", 3),
        ('name = "N"\n[limits]\nseconds = -1.0\n', "bad_value", "limits.seconds", 3),
        ('name = "N"\n[web]\nhttps = 1\n', "bad_value", "web.https", 3),
        ('name = "N"\n[web]\nhosts = ["a", 3]\n', "bad_value", "web.hosts", 3),
        ('name = "N"\n[data]\nroots = "data"\n', "bad_value", "data.roots", 3),
        ('name = "N"\n[data]\nroots = []\n', "bad_value", "data.roots", 3),
        ('name = " "\n', "bad_value", "name", 1),
        ("", "bad_value", "name", None),
        ('name = "N"\ndatabase = "mysql://h/d"\n', "bad_database", "database", 2),
        ("name = N\n", "not_toml", "", None),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(workspace, text, code, field, line):
    write(workspace, text)
    with pytest.raises(BadInput) as caught:
        read_settings(workspace)
    error = caught.value
    assert (error.code, error.field, error.line) == (f"settings.{code}", field, line)
    assert error.file == FILE


def test_a_slip_of_the_pen_is_told(workspace):
    write(workspace, 'name = "N"\n[limits]\nrwos = 3\n')
    with pytest.raises(BadInput, match=re.escape("Did you mean limits.rows?")):
        read_settings(workspace)
    write(workspace, 'name = "N"\nsomething_else_altogether = 3\n')
    with pytest.raises(BadInput, match="The settings are: name, "):
        read_settings(workspace)


def test_the_database_can_be_given_over_the_file(workspace):
    assert read_settings(workspace, database=URL).database == URL
    assert read_settings(workspace, database="").database == ""
    with pytest.raises(BadInput):
        read_settings(workspace, database="sqlite://x")


# ------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    "url",
    [
        *("mysql://u:hunter2@h/d", "postgresql://u:hunter2@h", "postgresql://u:hunter2@h:port/d"),
        *("postgresql://u:hunter2@h/d?options=-cx", "hunter2", "postgresql://u:hunter2@[::1/d"),
        "postgresql://u:hunter2@h/d?sslmode",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_and_not_repeated(url):
    with pytest.raises(BadInput) as caught:
        checked_url(url)
    assert caught.value.code == "settings.bad_database"
    assert "hunter2" not in str(caught.value)


def test_settings_do_not_show_the_address(workspace):
    assert "s3cret" not in repr(read_settings(workspace, database=URL))
    assert "s3cret" not in str(read_settings(workspace, database=URL).shown())


def database_of(workspace, url):
    return django_settings(read_settings(workspace, database=url))["DATABASES"]["default"]


def test_an_address_becomes_what_django_connects_with(workspace):
    found = database_of(workspace, URL)
    options = found.pop("OPTIONS")
    assert found == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "node",
        "USER": "fairway",
        "PASSWORD": "s3cret/",
        "HOST": "db.internal",
        "PORT": "5433",
        "CONN_HEALTH_CHECKS": True,
    }
    assert options["sslmode"] == "require"
    assert "statement_timeout" in options["options"]
    assert database_of(workspace, "postgres:///node?host=/run/postgresql")["HOST"] == (
        "/run/postgresql"
    )


def test_without_its_library_postgresql_says_what_to_install(workspace, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Unavailable) as caught:
        database_of(workspace, URL)
    assert "pip install 'fairway[postgres]'" in caught.value.remedy


# ------------------------------------------------------------------ secrets


def test_secrets_are_for_the_owner_alone(workspace):
    directory = workspace / "secrets"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert sorted(f.name for f in directory.iterdir()) == sorted(f"{s}.key" for s in SECRETS)
    values = {read_secret(read_settings(workspace), secret) for secret in SECRETS}
    assert len(values) == len(SECRETS)
    assert {len(value) for value in values} == {32}
    for file in (*directory.iterdir(), workspace / FILE):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_two_nodes_share_a_secret(tmp_path):
    nodes = [create_workspace(tmp_path / name, name) for name in ("a", "b")]
    for secret in SECRETS:
        assert read_secret(nodes[0], secret) != read_secret(nodes[1], secret)


@pytest.mark.parametrize("harm", ["missing", "open", "short", "letters"])
def test_a_secret_that_cannot_be_trusted_is_not_used(workspace, harm):
    file = workspace / "secrets" / "ledger.key"
    if harm == "missing":
        file.unlink()
    elif harm == "open":
        file.chmod(0o644)
    else:
        file.write_text("abcd\n" if harm == "short" else "not hexadecimal\n")
    with pytest.raises(Unavailable) as caught:
        read_secret(read_settings(workspace), "ledger")
    assert caught.value.remedy


def test_no_secret_is_in_the_settings_file_or_what_is_shown(workspace):
    settings = read_settings(workspace)
    public = (workspace / FILE).read_text("utf-8") + repr(settings) + str(settings.shown())
    for secret in SECRETS:
        assert read_secret(settings, secret).hex() not in public


# ------------------------------------------------------------------ Django


def test_over_tls_cookies_and_headers_are_strict(workspace):
    write(workspace, 'name = "N"\n[web]\nhttps = true\nhosts = ["a.gov.uk", ".b.gov.uk", "*"]\n')
    told = django_settings(read_settings(workspace))
    assert told["SESSION_COOKIE_SECURE"] is told["CSRF_COOKIE_SECURE"] is True
    assert told["SECURE_HSTS_SECONDS"] > 0
    assert told["CSRF_TRUSTED_ORIGINS"] == ["https://a.gov.uk", "https://*.b.gov.uk"]
    assert told["ALLOWED_HOSTS"] == ["a.gov.uk", ".b.gov.uk", "*"]


def test_without_tls_cookies_work_on_this_machine(workspace):
    told = django_settings(read_settings(workspace))
    assert told["SESSION_COOKIE_SECURE"] is told["CSRF_COOKIE_SECURE"] is False
    assert told["SECURE_HSTS_SECONDS"] == 0
    assert told["DEBUG"] is False
    assert told["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]


def test_workspaces_are_found_from_any_directory(workspace, monkeypatch):
    monkeypatch.chdir(workspace.parent)
    assert read_settings(Path("node")) == read_settings(workspace)
    assert read_settings(Path("node")).workspace.is_absolute()
