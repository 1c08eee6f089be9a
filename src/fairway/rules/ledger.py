"""The entries of the record: an event's exact bytes, and the leaf that stands for them in the tree.

An entry's body is the event as UTF-8 JSON with sorted keys and no spaces. It is kept as it was
hashed, never written again. Its leaf is 41 bytes: a version (1), the event's time in microseconds
since 1970 (eight bytes, big-endian, with a sign), and SHA-256 over a salt of 16 random bytes and
the body. Body and salt can be erased; the leaf, which then tells nothing but a time, stays.
"""

import json
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from fairway.nouns.events import AuditEvent, Entry

SALT = 16  # bytes of chance before a body
LEAF = 41  # bytes of a leaf's entry
GONE = b"\xff\xff\xff\xff"
"""Stands in a run of bodies where one was erased."""

USE = ("query.completed", "done")
"""The action and outcome of an event that counts as a use of its products."""

_TEXTS = ("actor", "via", "action", "outcome", "subject", "purpose", "query", "query_id", "reason")
_LISTS = ("products", "agreements", "columns")
_LEAF = struct.Struct(">Bq32s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_PARTS: dict[str, Any] = {"sort_keys": True, "separators": (",", ":"), "allow_nan": False}
_WRITER = json.JSONEncoder(ensure_ascii=False, **_PARTS)  # made once: it costs as much as a use
_ASCII_WRITER = json.JSONEncoder(ensure_ascii=True, **_PARTS)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Facets(NamedTuple):
    """What is kept beside an entry's body, so that it can be found.

    `rows` is a number where the event counts as a use, else None. `products`, `agreements` and
    the marks of data `subjects` are sorted, each once. `at` is in microseconds since 1970.
    """

    at: int
    actor: str
    action: str
    outcome: str
    purpose: str
    subject: str
    rows: int | None
    products: tuple[str, ...]
    agreements: tuple[str, ...]
    subjects: tuple[str, ...]


def event_bytes(event: AuditEvent) -> bytes:
    """Return the canonical bytes of an event. Empty fields are left out.

    Raises `ValueError` for a time without a zone and for numbers that are out of bounds,
    `TypeError` for details that are not JSON.
    """
    document: dict[str, Any] = {"at": moment(event.at)}
    document |= {name: text for name in _TEXTS if (text := getattr(event, name))}
    document |= {name: list(several) for name in _LISTS if (several := getattr(event, name))}
    if event.rows is not None:
        if type(event.rows) is not int or not 0 <= event.rows < 2**63:
            raise ValueError("the rows of an event are a number that a table holds")
        document["rows"] = event.rows
    if event.details:
        _check_keys(event.details)
        document["details"] = dict(event.details)
    return canonical(document)


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return JSON as UTF-8 bytes that depend on nothing but the values.

    A text with half a surrogate pair has no UTF-8; a document with one is written in ASCII.
    """
    try:
        return _WRITER.encode(document).encode()
    except UnicodeEncodeError:
        return _ASCII_WRITER.encode(document).encode()


def _check_keys(value: Any) -> None:
    """Refuse keys that are not texts: JSON would change them without a word."""
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("the keys of an event's details are texts")
        for inner in value.values():
            _check_keys(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check_keys(inner)


def moment(at: datetime) -> str:
    """Return a time as it is kept: UTC, to the microsecond, so that texts sort as times do.

    Raises `ValueError` for a time without a zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time on the record has a zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def micros(at: datetime) -> int:
    """Return a time in microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICRO


def at_micros(count: int) -> datetime:
    """Return the time of so many microseconds since 1970, in UTC."""
    return _EPOCH + count * _MICRO


def commitment(salt: bytes, body: bytes) -> bytes:
    """Return what stands for a body in the tree. Without the salt it tells nothing of the body."""
    return sha256(salt + body).digest()


def leaf_entry(at: int, committed: bytes) -> bytes:
    """Return the entry of a leaf: a version, the event's time and the commitment to its body."""
    return _LEAF.pack(1, at, committed)


def read_leaf(entry: bytes) -> tuple[int, bytes]:
    """Return the time and the commitment in the entry of a leaf. Raises `ValueError`."""
    if len(entry) != LEAF or entry[0] != 1:
        raise ValueError("this is not the entry of a leaf")
    _, at, committed = _LEAF.unpack(entry)
    return at, committed


def seal(event: AuditEvent, sequence: int, salt: bytes) -> Entry:
    """Put an event in its place."""
    body = event_bytes(event)
    return Entry(sequence, event, body, salt, leaf_entry(micros(event.at), commitment(salt, body)))


def salted(bodies: Sequence[bytes], chance: bytes) -> list[tuple[bytes, bytes]]:
    """Give each body the next 16 bytes of chance as its salt."""
    return [(chance[SALT * n : SALT * n + SALT], body) for n, body in enumerate(bodies)]


def packed(bodies: Iterable[tuple[bytes, bytes] | None]) -> bytes:
    """Return salts and bodies as one run of bytes; None stands for one that is gone.

    Each body is behind its length in four bytes, big-endian, and its salt.
    """
    parts: list[bytes] = []
    for one in bodies:
        parts += (GONE,) if one is None else (len(one[1]).to_bytes(4, "big"), *one)
    return b"".join(parts)


def unpacked(run: bytes) -> Iterator[tuple[bytes, bytes] | None]:
    """Yield the salts and bodies of a run. Raises `ValueError` when it is not one."""
    place, end = 0, len(run)
    while place < end:
        mark = run[place : place + 4]
        place += 4
        if mark == GONE:
            yield None
            continue
        after = place + SALT + int.from_bytes(mark, "big")
        if after > end:
            raise ValueError("a body is cut short")
        yield run[place : place + SALT], run[place + SALT : after]
        place = after


def plain(text: str) -> str:
    """Return a text with a mark for what no database keeps: NUL and half surrogate pairs."""
    return text if text.isascii() and "\x00" not in text else _UNSTORABLE.sub("\ufffd", text)


def event_facets(event: AuditEvent) -> Facets:
    """Return what is kept beside the body of an event."""
    texts = (event.actor, event.action, event.outcome, event.purpose, event.subject)
    names = (event.products, event.agreements, _marks(event.details))
    return _facets(micros(event.at), texts, event.rows, names)


def facets(document: Mapping[str, Any], *, is_plain: bool = False) -> Facets:
    """Return what is kept beside the body of an event, from the event as JSON gives it back.

    Raises `KeyError`, `TypeError` or `ValueError` for a document that is not an event's.

    `is_plain` spares the search for characters that no database keeps: where JSON escaped none by
    number, there are none.
    """
    get = document.get
    texts = [get(name, "") for name in ("actor", "action", "outcome", "purpose", "subject")]
    names = (get("products", ()), get("agreements", ()), _marks(get("details", {})))
    at = micros(datetime.fromisoformat(document["at"]))
    return _facets(at, texts, get("rows"), names, is_plain=is_plain)


def _facets(
    at: int,
    texts: Sequence[str],
    rows: int | None,
    names: Sequence[Sequence[str]],
    *,
    is_plain: bool = False,
) -> Facets:
    if not is_plain:
        texts = [plain(text) for text in texts]
        names = [[plain(name) for name in several] for several in names]
    actor, action, outcome, purpose, subject = texts
    products, agreements, subjects = names
    return Facets(
        at,
        actor,
        action,
        outcome,
        purpose,
        subject,
        (rows or 0) if (action, outcome) == USE else None,
        _once(products),
        _once(agreements),
        _once(subjects),
    )


def _marks(details: Mapping[str, Any]) -> Sequence[str]:
    """Return the marks of the data subjects whose records a use singled out."""
    found = details.get("subjects", ())
    return [m for m in found if isinstance(m, str)] if isinstance(found, list | tuple) else ()


def _once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names) if len(names) < 2 else tuple(sorted(set(names)))


def read_event(body: bytes) -> AuditEvent:
    """Return the event in a body. Raises `ValueError` when the body is not an event's."""
    try:
        document = json.loads(body)
        texts: dict[str, Any] = {name: document.get(name, "") for name in _TEXTS}
        lists: dict[str, Any] = {name: tuple(document.get(name, ())) for name in _LISTS}
        return AuditEvent(
            at=datetime.fromisoformat(document["at"]),
            rows=document.get("rows"),
            details=document.get("details", {}),
            **texts,
            **lists,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("this is not the body of an entry") from error


def read_facets(body: bytes) -> Facets:
    """Return what an entry is found by, from its body. Raises `ValueError`."""
    try:
        return facets(json.loads(body), is_plain=b"\\u" not in body)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("this is not the body of an entry") from error


def held_facets(leaf: bytes, salt: bytes, body: bytes) -> Facets:
    """Return what an entry is found by, having held its body against its leaf.

    Raises `ValueError` that says what is wrong with it.
    """
    try:
        at, committed = read_leaf(leaf)
    except ValueError:
        raise ValueError("its leaf is not one") from None
    if commitment(salt, body) != committed:
        raise ValueError("its bytes are not those that were hashed")
    try:
        found = read_facets(body)
    except ValueError:
        raise ValueError("its body is not that of an entry") from None
    if found.at != at:
        raise ValueError("its time is not that of its leaf")
    return found


ERASE = "audit.erase"
"""The action of an event that says which bodies were erased."""


def erasures(body: bytes) -> set[int]:
    """Return the sequences whose erasure a body records; none for any other event."""
    if b'"action":"audit.erase"' not in body:
        return set()
    document = json.loads(body)
    if (document.get("action"), document.get("outcome")) != (ERASE, "done"):
        return set()
    named = document.get("details", {}).get("sequences", [])
    return {sequence for sequence in named if type(sequence) is int}
