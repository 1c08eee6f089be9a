"""Settings of a node, from `fairway.settings.KEYS`."""

from pathlib import Path

from fairway import settings
from pages.tables import table

KINDS = {str: "text", int: "whole number", float: "number", bool: "true or false", list: "list"}


def page() -> str:
    rows = (
        [f"`{name}`", KINDS[key.type], _unless_set(name), key.meaning]
        for name, key in settings.KEYS.items()
    )
    return f"""
# Settings

A node is a directory. Its settings are in `{settings.FILE}` there, in TOML; a dotted name is a
table and a key. A name that is not listed here is refused, with the line on which it stands.

{table(["setting", "kind", "unless set", "meaning"], rows)}

The secrets are not settings. They lie in `secrets/` of the same directory, one file each:
{", ".join(f"`{name}.key`" for name in settings.SECRETS)}. `fairway init` makes them. A secret that
other accounts of the machine can read is refused.

```toml
name = "Department of Examples"
database = "postgresql://fairway:secret@db.example.gov.uk:5432/fairway"

[data]
roots = ["data", "/srv/published"]

[limits]
seconds = 120

[web]
hosts = ["data.example.gov.uk"]
https = true
```
"""


def _unless_set(name: str) -> str:
    if name == "name":
        return "must be set"
    plain = settings.NodeSettings(Path(), "", data_roots=(Path("data"),))
    if name == "data.roots":
        return _shown([str(root) for root in plain.data_roots])
    table_name, _, key = name.rpartition(".")
    if table_name in {"limits", "rates", "sign_in"}:
        return _shown(getattr(getattr(plain, table_name), key))
    prefixed = {
        "tokens": "token",
        "follow": "follow",
        "provisioning": "provisioning",
        "spark": "spark",
        "peers": "peer",
    }
    field = f"{prefixed[table_name]}_{key}" if table_name in prefixed else key
    return _shown(getattr(plain, field))


def _shown(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(f"`{v}`" for v in value) or "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    return f"`{value}`" if value else "empty"
