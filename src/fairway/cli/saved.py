"""Tokens that `fairway token --save` keeps, in a file that only its owner can read."""

import json
import os
from pathlib import Path

from fairway.nouns.errors import Unavailable


def place() -> Path:
    """Return the file: in XDG_CONFIG_HOME, or ~/.config."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "fairway" / "tokens.json"


def known_as(node: str) -> str:
    """Return the name that a node's token is kept under: its address, or its whole path."""
    remote = node.startswith(("http://", "https://"))
    return node.rstrip("/") if remote else str(Path(node).resolve())


def read(node: str) -> str | None:
    """Return the saved token of a node, or None.

    Raises `Unavailable` when others could have read the file: then the token is no secret.
    """
    file = place()
    try:
        exposed = file.stat().st_mode & 0o077
        kept = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise Unavailable(
            "token.unreadable",
            "The file of saved tokens cannot be read.",
            remedy="Delete it, and save a new token: fairway token --save.",
            file=str(file),
        ) from None
    if exposed:
        raise Unavailable(
            "token.exposed",
            "Other accounts of this machine can read the saved tokens.",
            remedy=f"Revoke them, then run: chmod 600 {file}",
            file=str(file),
        )
    found = kept.get(known_as(node)) if isinstance(kept, dict) else None
    return found if isinstance(found, str) else None


def write(node: str, secret: str) -> Path:
    """Keep a node's token; return the file."""
    file = place()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        kept = json.loads(file.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        kept = {}
    kept[known_as(node)] = secret
    draft = file.with_suffix(f".{os.getpid()}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(kept, out, indent=2)
    draft.replace(file)
    return file
