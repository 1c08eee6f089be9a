"""How the node reaches the databases that sources lie in: `secrets/sources.toml`.

A contract names a database by its name here, never by an address. One table a database:

```toml
[warehouse]
address = "postgresql://fairway_reader:secret@db.internal:5432/warehouse"
tables = ["public.stays"]
```
"""

import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from fairway.nouns.errors import Unavailable
from fairway.settings.node import NodeSettings

_FILE = "sources.toml"


@dataclass(frozen=True, slots=True)
class Connection:
    """One database: where it is reached, with its password, and the tables that may be offered."""

    address: str = field(repr=False)
    tables: tuple[str, ...]


def has_connections(settings: NodeSettings) -> bool:
    """Say whether this node reaches any database for its sources."""
    return (settings.workspace / "secrets" / _FILE).exists()


def read_connections(settings: NodeSettings) -> Mapping[str, Connection]:
    """Return the databases by name; none where there is no file.

    Raises `Unavailable` for a file that cannot be used, or that other accounts can read.
    """
    file = settings.workspace / "secrets" / _FILE
    if not file.exists():
        return {}
    try:
        exposed = stat.S_IMODE(file.stat().st_mode) & 0o077
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
        found = {
            name: Connection(str(given["address"]), tuple(map(str, given["tables"])))
            for name, given in tree.items()
        }
    except (OSError, ValueError, KeyError, TypeError):
        raise Unavailable(
            "settings.bad_sources",
            f"secrets/{_FILE} cannot be read: each table of it needs an address and tables.",
            remedy="Write it as the how-to for PostgreSQL shows.",
        ) from None
    if exposed:
        raise Unavailable(
            "settings.bad_secret",
            f"secrets/{_FILE} is open to other accounts of this machine.",
            remedy=f"Run `chmod 600 secrets/{_FILE}` in the workspace.",
        )
    return found
