"""What another node said, as texts: nothing of its shape is taken for granted."""

import json
from collections.abc import Mapping
from typing import Any

from fairway.nouns.errors import BadInput
from fairway.nouns.peers import Heard


def read(heard: Heard) -> Mapping[str, Any]:
    """Return what a peer said, an object of JSON. Raises `BadInput`."""
    try:
        said = json.loads(heard.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise BadInput("peer.bad_letter", "This is not an object of JSON.")
    return said


def text(said: Mapping[str, Any], name: str, longest: int = 4_000) -> str:
    """Return a text that a peer said, empty where it said none. Raises `BadInput`."""
    value = said.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise BadInput("peer.bad_letter", f"The field {name} cannot be read.", field=name)
    return value


def texts(said: Mapping[str, Any], name: str, most: int = 100) -> Mapping[str, str]:
    """Return a mapping of texts that a peer said. Raises `BadInput`."""
    value = said.get(name, {})
    if (
        not isinstance(value, dict)
        or len(value) > most
        or not all(isinstance(v, str) and len(v) <= 200 and len(k) <= 200 for k, v in value.items())
    ):
        raise BadInput("peer.bad_letter", f"The field {name} cannot be read.", field=name)
    return value


def number(said: Mapping[str, Any], name: str, most: float = 3_600.0) -> float:
    """Return a number that a peer said, 0 where it said none. Raises `BadInput`."""
    value = said.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise BadInput("peer.bad_letter", f"The field {name} cannot be read.", field=name)
    return value
