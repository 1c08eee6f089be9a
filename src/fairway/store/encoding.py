"""Values as JSON text and back, without loss.

JSON has no dates, no infinities and no keys but texts. Such values are written as an object with
one key that begins with `$`; an object of one's own with such a key is wrapped as `$object`.
The text is ASCII, so that any database keeps any string, lone surrogates and NUL included.
"""

import json
import math
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

_MARKED = '"$'
"""Stands in every text that has more in it than JSON's own types; most have nothing more."""


def dumps(value: Any) -> str:
    """Return a value as JSON text. Raises `TypeError` for what cannot come back as it was."""
    return json.dumps(_plain(value), separators=(",", ":"), allow_nan=False)


def loads(text: str) -> Any:
    """Return the value that `dumps` wrote. Tuples come back as lists, mappings as dicts."""
    plain = json.loads(text)
    return _rich(plain) if _MARKED in text else plain


def _plain(value: Any) -> Any:
    """Return a value in JSON's own types."""
    match value:
        case float() if not math.isfinite(value):
            return {"$float": repr(value)}
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return {"$datetime": value.isoformat()}
        case date():
            return {"$date": value.isoformat()}
        case time():
            return {"$time": value.isoformat()}
        case list() | tuple():
            return [_plain(v) for v in value]
        case Mapping():
            return _object(value)
    raise TypeError(f"a {type(value).__name__} cannot be kept")


def _object(value: Mapping[Any, Any]) -> dict[str, Any]:
    if all(type(key) is str and not key.startswith("$") for key in value):
        return {key: _plain(v) for key, v in value.items()}
    return {"$object": [[_plain(key), _plain(v)] for key, v in value.items()]}


def _rich(value: Any) -> Any:
    """Return a value of JSON's types as it was before `_plain`."""
    if isinstance(value, list):
        return [_rich(v) for v in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"$float": text, **others} if not others:
            return float(text)
        case {"$datetime": text, **others} if not others:
            return datetime.fromisoformat(text)
        case {"$date": text, **others} if not others:
            return date.fromisoformat(text)
        case {"$time": text, **others} if not others:
            return time.fromisoformat(text)
        case {"$object": pairs, **others} if not others:
            return {_rich(key): _rich(v) for key, v in pairs}
    return {key: _rich(v) for key, v in value.items()}
