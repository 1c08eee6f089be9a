"""What can be set on a node, where its secrets lie, and what Django is told.

A workspace is a directory: `fairway.toml` holds the settings, `secrets/` the keys, `data/` the
data that the node may read. `KEYS` is the whole list of settings; anything else in the file is
refused with its line.
"""

import difflib
import json
import os
import re
import secrets as chance
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from fairway.nouns.errors import BadInput, Conflict, Unavailable
from fairway.nouns.queries import Limits

FILE = "fairway.toml"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """The settings of one node.

    `database` is empty for the SQLite file in the workspace, else a `postgresql://` address.
    `data_roots` are the directories that sources may lie in. `hosts` are the names that the web
    server answers to; `https` is true when it is reached over TLS, and makes cookies secure.
    """

    workspace: Path
    name: str
    data_roots: tuple[Path, ...]
    database: str = field(default="", repr=False)
    limits: Limits = field(default_factory=Limits)
    hosts: tuple[str, ...] = LOCAL_HOSTS
    https: bool = False
    session_hours: int = 8
    token_days: int = 90

    @property
    def checkpoint(self) -> Path:
        """The file that mirrors the signed head of the ledger."""
        return self.workspace / "ledger.checkpoint"

    def shown(self) -> dict[str, Any]:
        """Return what verbs and screens may know: no address of a database, no secret."""
        return {
            "name": self.name,
            "workspace": str(self.workspace),
            "https": self.https,
            "token_days": self.token_days,
        }


@dataclass(frozen=True, slots=True)
class Key:
    """A setting: the type of its value in the file, and what it means."""

    type: type
    meaning: str


KEYS: Mapping[str, Key] = {
    "name": Key(str, "What the node is called on its pages."),
    "database": Key(str, "Empty for SQLite in the workspace, or postgresql://user:secret@host/db."),
    "data.roots": Key(list, "Directories that sources may lie in, from the workspace."),
    "limits.rows": Key(int, "The most rows that one query may return."),
    "limits.bytes": Key(int, "The most bytes that one query may return."),
    "limits.memory": Key(int, "The most bytes of memory that one query may work in."),
    "limits.seconds": Key(float, "The most seconds that one query may take."),
    "web.hosts": Key(list, "Names that the web server answers to."),
    "web.https": Key(bool, "True when people reach the node over https://."),
    "web.session_hours": Key(int, "Hours until somebody has to sign in again."),
    "tokens.days": Key(int, "Days until a new token expires."),
}
"""Every setting by its dotted name in the file."""


def read_settings(workspace: Path, *, database: str | None = None) -> NodeSettings:
    """Read the settings of the node in a directory; `database` overrides the file's.

    Raises `Unavailable` when there is no node, `BadInput` naming file, field and line.
    """
    workspace = workspace.resolve()
    try:
        text = (workspace / FILE).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise Unavailable(
            "settings.no_node",
            "There is no node in this directory.",
            remedy="Make one with `fairway init DIR`.",
            file=str(workspace),
        ) from None
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput("settings.not_toml", f"This is not TOML: {error}.", file=FILE) from None
    values = dict(_flattened(tree))
    for name, value in values.items():
        _check(name, value, text)
    settings = _settings(workspace, values, text)
    return settings if database is None else replace(settings, database=checked_url(database))


def _flattened(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in tree.items():
        if isinstance(value, dict):
            found.extend(_flattened(value, f"{prefix}{name}."))
        else:
            found.append((f"{prefix}{name}", value))
    return found


def _check(name: str, value: Any, text: str) -> None:
    key = KEYS.get(name)
    if key is None:
        raise BadInput(
            "settings.unknown_key",
            "There is no such setting.",
            remedy=_meant(name),
            file=FILE,
            field=name,
            line=_line(text, name),
        )
    wanted = (int, float) if key.type is float else (key.type,)
    if type(value) not in wanted:
        raise _bad(name, text, f"This has to be {_NAMES[key.type]}.")
    if isinstance(value, list) and not (value and all(isinstance(v, str) for v in value)):
        raise _bad(name, text, "This has to be a list of one text or more.")
    if isinstance(value, int | float) and key.type is not bool and value <= 0:
        raise _bad(name, text, "This has to be more than zero.")


def _meant(name: str) -> str:
    close = difflib.get_close_matches(name, KEYS, n=1)
    return f"Did you mean {close[0]}?" if close else f"The settings are: {', '.join(KEYS)}."


_NAMES = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
}


def _bad(name: str, text: str, message: str) -> BadInput:
    return BadInput("settings.bad_value", message, file=FILE, field=name, line=_line(text, name))


def _line(text: str, name: str) -> int | None:
    """Return the line of a dotted name, as far as plain TOML shows it."""
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = header[1].strip().replace('"', "") + "."
        elif (key := re.match(r"\s*([\w.\"-]+)\s*=", line)) and (
            table + key[1].replace('"', "") == name
        ):
            return number
    return None


def _settings(workspace: Path, values: Mapping[str, Any], text: str) -> NodeSettings:
    if not values.get("name", "").strip():
        raise _bad("name", text, "A node needs a name.")
    roots = values.get("data.roots", ["data"])
    limits = {name: values[f"limits.{name}"] for name in _LIMITS if f"limits.{name}" in values}
    given = {name: values[key] for key, name in _FIELDS.items() if key in values}
    if "hosts" in given:
        given["hosts"] = tuple(given["hosts"])
    checked_url(given.get("database", ""), line=_line(text, "database"))
    return NodeSettings(
        workspace=workspace,
        data_roots=tuple((workspace / root).resolve() for root in roots),
        limits=Limits(**limits),
        **given,
    )


_LIMITS = ("rows", "bytes", "memory", "seconds")
_FIELDS = {
    "name": "name",
    "database": "database",
    "web.hosts": "hosts",
    "web.https": "https",
    "web.session_hours": "session_hours",
    "tokens.days": "token_days",
}


# ------------------------------------------------------------------ making a workspace

_TEMPLATE = """\
# The settings of this node. Every setting is listed in docs/reference/settings.md.
name = {name}
database = {database}

[data]
roots = ["data"]
"""


def create_workspace(workspace: Path, name: str, database_url: str = "") -> NodeSettings:
    """Make a workspace with its secrets and settings; return the settings.

    Raises `Conflict` when the directory already holds a node.
    """
    settings = prepare_workspace(workspace, name, database_url)
    write_settings(settings)
    return settings


def prepare_workspace(workspace: Path, name: str, database_url: str = "") -> NodeSettings:
    """Make the directories and the secrets of a workspace, but no settings file yet.

    The settings file is what makes a directory a node, so it is written last: what was interrupted
    before can be started again. Secrets that are already there are kept.
    """
    workspace = workspace.resolve()
    if (workspace / FILE).exists():
        raise Conflict(
            "settings.node_exists",
            "There is already a node in this directory.",
            file=str(workspace),
        )
    if not name.strip() or not name.isprintable():
        raise BadInput(
            "settings.bad_value", "A node needs a name that can be printed.", field="name"
        )
    checked_url(database_url)
    (workspace / "data").mkdir(parents=True, exist_ok=True)
    directory = workspace / "secrets"
    directory.mkdir(mode=0o700, exist_ok=True)
    directory.chmod(0o700)
    for secret in SECRETS:
        _write_secret(directory / f"{secret}.key")
    roots = (workspace / "data",)
    return NodeSettings(workspace=workspace, name=name, data_roots=roots, database=database_url)


def write_settings(settings: NodeSettings) -> None:
    """Write the settings file of a new node, whole or not at all."""
    file = settings.workspace / FILE
    text = _TEMPLATE.format(
        name=json.dumps(settings.name, ensure_ascii=False), database=json.dumps(settings.database)
    )
    draft = file.with_suffix(".new")
    _write_private(draft, text.encode())
    draft.replace(file)


# ------------------------------------------------------------------ secrets

SECRETS = ("django", "pseudonyms", "ledger")
"""Signs sessions and forms; keys pseudonyms; signs the ledger's checkpoints (an Ed25519 seed)."""


def read_secret(settings: NodeSettings, name: str) -> bytes:
    """Return a secret of the node, 32 bytes.

    Raises `Unavailable` when it is missing, damaged, or readable by others than its owner.
    """
    file = settings.workspace / "secrets" / f"{name}.key"
    try:
        exposed = stat.S_IMODE(file.stat().st_mode) & 0o077
        secret = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raise Unavailable(
            "settings.no_secret", f"The secret {name} cannot be read.", remedy="Restore secrets/."
        ) from None
    if exposed or len(secret) != 32:
        raise Unavailable(
            "settings.bad_secret",
            f"The secret {name} is open to other accounts of this machine, or damaged.",
            remedy=f"Run `chmod 600 secrets/{name}.key` in the workspace, or restore it.",
        )
    return secret


def _write_secret(file: Path) -> None:
    if not file.exists():
        draft = file.with_suffix(".new")
        _write_private(draft, chance.token_bytes(32).hex().encode() + b"\n")
        draft.replace(file)


def _write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read, and have it on disk when this returns."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        os.fchmod(handle, 0o600)
        out.write(content)
        out.flush()
        os.fsync(handle)


# ------------------------------------------------------------------ the database

_URL_OPTIONS = frozenset(
    {"sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name", "host"}
)


def checked_url(url: str, *, line: int | None = None) -> str:
    """Return the address of a database if it is one that Fairway can use, else raise `BadInput`.

    The message never repeats the address: there may be a password in it.
    """
    if not url:
        return url
    problem = ""
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        if parts.scheme not in {"postgresql", "postgres"}:
            problem = "The database has to be a postgresql:// address, or empty for SQLite."
        elif not unquote(parts.path.lstrip("/")):
            problem = "The address names no database."
        elif unknown := sorted(set(options) - _URL_OPTIONS):
            problem = f"The address has an option that is not known: {unknown[0]}."
        _ = parts.port
    except ValueError:
        problem = "This is not an address of a database."
    if problem:
        raise BadInput(
            "settings.bad_database",
            problem,
            remedy="Write postgresql://user:secret@host:5432/name.",
            file=FILE if line else "",
            field="database",
            line=line,
        )
    return url


def _database(node: NodeSettings) -> dict[str, Any]:
    return _postgresql(node.database) if node.database else _sqlite(node.workspace)


def _sqlite(workspace: Path) -> dict[str, Any]:
    """SQLite, durable: the log is synced on every commit, and writers queue from the start.

    Recursive triggers make INSERT OR REPLACE a deletion, which the ledger's triggers forbid.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(workspace / "fairway.sqlite3"),
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "PRAGMA recursive_triggers = ON; PRAGMA trusted_schema = OFF;"
            "PRAGMA cache_size = -16000",
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise Unavailable(
            "settings.no_psycopg",
            "PostgreSQL needs a library that is not installed.",
            remedy="Run `pip install 'fairway[postgres]'`.",
        ) from None
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    bounds = (
        "statement_timeout=60s",
        "lock_timeout=20s",
        "idle_in_transaction_session_timeout=60s",
    )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": {"connect_timeout": "10", "application_name": "fairway"}
        | options
        | {"options": " ".join(f"-c {bound}" for bound in bounds)},
    }


# ------------------------------------------------------------------ Django


def django_settings(node: NodeSettings) -> dict[str, Any]:
    """Return what `django.conf.settings.configure` is given for a node."""
    web = Path(__file__).parent / "web"
    return {
        "DEBUG": False,
        "SECRET_KEY": read_secret(node, "django").hex(),
        "ALLOWED_HOSTS": list(node.hosts),
        "DATABASES": {"default": _database(node)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.staticfiles",
            "fairway.store",
            "fairway.ledger",
            "fairway.search",
        ],
        "MIDDLEWARE": [
            "fairway.web.headers.Headers",
            "django.middleware.security.SecurityMiddleware",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "fairway.web.doors.Doors",
        ],
        "ROOT_URLCONF": "fairway.web.urls",
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.jinja2.Jinja2",
                "DIRS": [web / "templates"],
                "APP_DIRS": False,
                "OPTIONS": {"environment": "fairway.web.environment.environment"},
            }
        ],
        "AUTH_USER_MODEL": "store.PersonRecord",
        "PASSWORD_HASHERS": ["fairway.store.passwords.Argon2"],
        "SESSION_ENGINE": "django.contrib.sessions.backends.db",
        "SESSION_COOKIE_AGE": node.session_hours * 3600,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "CSRF_FAILURE_VIEW": "fairway.web.errors.views.csrf_failure",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        **_transport(node),
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2 * 1024 * 1024,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 2000,
        "STATIC_URL": "/static/",
        "STATICFILES_DIRS": [web / "static"] if (web / "static").is_dir() else [],
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "USE_TZ": True,
        "TIME_ZONE": "Europe/London",
        "LANGUAGE_CODE": "en-gb",
        "USE_I18N": False,
        "LOGGING": _LOGGING,
    }


def _transport(node: NodeSettings) -> dict[str, Any]:
    """Cookies and headers that follow from whether people come over TLS."""
    origins = [f"https://{'*' if host.startswith('.') else ''}{host}" for host in node.hosts]
    return {
        "SESSION_COOKIE_SECURE": node.https,
        "CSRF_COOKIE_SECURE": node.https,
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600 if node.https else 0,
        "CSRF_TRUSTED_ORIGINS": [o for o in origins if o != "https://*"] if node.https else [],
    }


_LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # a request's text may hold what somebody asked for; only the ledger keeps that
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "fairway": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
"""Messages go to the standard error stream; SQL and its values are never logged."""
