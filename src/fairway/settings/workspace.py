"""The directory of a node: made with its secrets, which are read from it and never shown."""

import json
import os
import secrets as chance
import stat
from pathlib import Path

from fairway.nouns.errors import BadInput, Conflict, Unavailable
from fairway.settings.databases import FILE, checked_url
from fairway.settings.node import NodeSettings

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

SECRETS = ("django", "pseudonyms", "ledger", "peers")
"""Signs sessions and forms; keys pseudonyms; signs the ledger's checkpoints, and what is said to
other nodes (two Ed25519 seeds)."""


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
            "settings.no_secret", f"The secret {name} cannot be read.", remedy=_restoring(name)
        ) from None
    if exposed or len(secret) != 32:
        raise Unavailable(
            "settings.bad_secret",
            f"The secret {name} is open to other accounts of this machine, or damaged.",
            remedy=f"Run `chmod 600 secrets/{name}.key` in the workspace, or restore it.",
        )
    return secret


def _restoring(name: str) -> str:
    if name != "peers":
        return "Restore secrets/."
    return "Restore secrets/. A node of an earlier version gets this one by `fairway upgrade`."


def add_peer_key(settings: NodeSettings) -> None:
    """Give a node of an earlier version the key by which others know it; keep one that is there."""
    _write_secret(settings.workspace / "secrets" / "peers.key")


_PROVIDER_FILE = "provider.key"
"""What this node proves itself with to the OpenID Connect provider, which made it."""


def read_provider_secret(settings: NodeSettings) -> str:
    """Return the client secret that the provider gave out for this node.

    Raises `Unavailable` when it is missing, or readable by others than its owner.
    """
    file = settings.workspace / "secrets" / _PROVIDER_FILE
    try:
        exposed = stat.S_IMODE(file.stat().st_mode) & 0o077
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        exposed, secret = 0, ""
    if exposed or not secret:
        raise Unavailable(
            "settings.no_provider_secret",
            "The client secret of the OpenID Connect provider cannot be read, or others can too.",
            remedy=f"Write it to secrets/{_PROVIDER_FILE} in the workspace and run chmod 600.",
        )
    return secret


def renew_peer_key(settings: NodeSettings) -> None:
    """Put a new key in the place of the one by which others know the node."""
    _write_new_secret(settings.workspace / "secrets" / "peers.key")


def _write_secret(file: Path) -> None:
    if not file.exists():
        _write_new_secret(file)


def _write_new_secret(file: Path) -> None:
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
