"""How the node reaches the databases and stores that sources lie in: `secrets/sources.toml`.

A contract names one by its name here, never by an address. A table for each; a store's `store` is
what fsspec calls its kind, its `root` what may be read of it, its `options` what fsspec is given:

```toml
[warehouse]
address = "postgresql://fairway_reader:secret@db.internal:5432/warehouse"
tables = ["public.stays"]

[landing]
store = "s3"
root = "landing-zone/statistics"
options = { key = "fairway-reader", secret = "its-secret", endpoint_url = "https://s3.internal" }
```
"""

import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fairway.nouns.errors import Unavailable
from fairway.settings.node import NodeSettings

_FILE = "sources.toml"


@dataclass(frozen=True, slots=True)
class Connection:
    """One database: where it is reached, with its password, and the tables that may be offered."""

    address: str = field(repr=False)
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Store:
    """One remote store: fsspec's name of its kind, its root, and its options with their secrets."""

    kind: str
    root: str
    options: Mapping[str, Any] = field(repr=False, default_factory=dict)


def has_connections(settings: NodeSettings) -> bool:
    """Say whether this node reaches any database or store for its sources."""
    return (settings.workspace / "secrets" / _FILE).exists()


def read_connections(
    settings: NodeSettings,
) -> tuple[Mapping[str, Connection], Mapping[str, Store]]:
    """Return the databases and the stores by name; none where there is no file.

    Raises `Unavailable` for a file that cannot be used, or that other accounts can read.
    """
    file = settings.workspace / "secrets" / _FILE
    if not file.exists():
        return {}, {}
    try:
        exposed = stat.S_IMODE(file.stat().st_mode) & 0o077
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
        stores = {name: _store(given) for name, given in tree.items() if "store" in given}
        databases = {
            name: Connection(str(given["address"]), tuple(map(str, given["tables"])))
            for name, given in tree.items()
            if name not in stores
        }
    except (OSError, ValueError, KeyError, TypeError):
        raise Unavailable(
            "settings.bad_sources",
            f"secrets/{_FILE} cannot be read: each table of it needs an address and tables, or a"
            " store and a root.",
            remedy="Write it as the how-tos for PostgreSQL and for object stores show.",
        ) from None
    if exposed:
        raise Unavailable(
            "settings.bad_secret",
            f"secrets/{_FILE} is open to other accounts of this machine.",
            remedy=f"Run `chmod 600 secrets/{_FILE}` in the workspace.",
        )
    return databases, stores


def _store(given: Mapping[str, Any]) -> Store:
    return Store(str(given["store"]), str(given["root"]).strip("/"), dict(given.get("options", {})))
