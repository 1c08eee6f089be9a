"""Data subjects on the record: the marks by which a use that singled somebody out is found again.

The model is Estonia's Data Tracker (e-Governance Academy, "Data Tracker"): a person sees which
authority looked at their data, when and for what. Here a use singles a person out when its query
writes down what identifies them, as they are or as an agreement's pseudonym of them. The record
keeps a keyed hash of each value that a query writes down, never an index of the values themselves.
"""

import hmac
import re
from collections.abc import Iterable
from hashlib import sha256

from fairway.nouns.products import Classification, Column

MOST = 200
"""Values of one query that are marked: a query with more of them is a use in bulk."""

KEY_NAME = "record/subjects"
"""The name under which the key of marks is derived; no agreement is called so."""

_TOKEN = re.compile(
    r"""(?P<text>'(?:[^']|'')*')|(?P<name>"(?:[^"]|"")*")|(?P<note>--[^\n]*|/\*.*?\*/)"""
    r"""|(?P<number>(?<![\w.])\d+(?:\.\d+)?(?![\w.]))""",
    re.DOTALL,
)


def values(sql: str) -> tuple[str, ...]:
    """Return the texts and numbers that a query writes down, each once, in their order."""
    found: dict[str, None] = {}
    for token in _TOKEN.finditer(sql):
        if text := token["text"]:
            found[text[1:-1].replace("''", "'")] = None
        elif number := token["number"]:
            found[number] = None
    return tuple(found)


def mark(value: str, key: bytes) -> str:
    """Return the mark of a value: 32 hexadecimal digits of its HMAC-SHA256."""
    return hmac.new(key, value.strip().encode("utf-8", "replace"), sha256).hexdigest()[:32]


def marks(sql: str, key: bytes) -> list[str]:
    """Return the marks of what a query writes down; none where it writes down too many values."""
    found = values(sql)
    return [] if len(found) > MOST else sorted({mark(value, key) for value in found})


def marks_of(value: str, pseudonyms: Iterable[str], key: bytes) -> tuple[str, ...]:
    """Return the marks of a person: of what identifies them, and of their pseudonyms."""
    return tuple(dict.fromkeys(mark(one, key) for one in (value, *pseudonyms)))


def identifies(columns: Iterable[Column]) -> bool:
    """Say whether a product has what identifies people, so that a query can name one of them."""
    return any(column.classification is Classification.IDENTIFIER for column in columns)
