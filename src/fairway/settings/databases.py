"""The address of a node's database, checked, and what Django is told of it."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from fairway.nouns.errors import BadInput, Unavailable

FILE = "fairway.toml"
"""The settings file of a node, in its workspace."""

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


def database(url: str, workspace: Path) -> dict[str, Any]:
    """Return Django's entry for the database at an address; SQLite in the workspace without one."""
    return _postgresql(url) if url else _sqlite(workspace)


def _sqlite(workspace: Path) -> dict[str, Any]:
    """SQLite, durable: the log is synced on every commit, and writers queue from the start.

    Recursive triggers make INSERT OR REPLACE a deletion, which the ledger's triggers forbid.
    """
    return {
        "ENGINE": "fairway.store.sqlite",
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
        import psycopg  # noqa: F401 - whether it is there is all that is asked
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
        "CONN_HEALTH_CHECKS": True,  # where a thread keeps its connection: the server may be gone
        "OPTIONS": {"connect_timeout": "10", "application_name": "fairway"}
        | options
        | {"options": " ".join(f"-c {bound}" for bound in bounds)},
    }
