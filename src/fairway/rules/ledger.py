"""The chain of the record: an event's exact bytes, their hash, and what follows what.

An entry's body is UTF-8 JSON with sorted keys and no spaces: the event, the hash of the entry
before, and the entry's place, which begins at 1. Its hash is SHA-256 over a zero byte and the
body, which is a leaf's hash in RFC 9162. Bodies are kept as they were hashed, never written again.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from fairway.nouns.events import AuditEvent, Entry

GENESIS = "0" * 64
"""What the first entry names as the hash of the entry before."""

USE = ("query.completed", "done")
"""The action and outcome of an event that counts as a use of its products."""

_TEXTS = ("actor", "via", "action", "outcome", "subject", "purpose", "query", "query_id", "reason")
_LISTS = ("products", "agreements", "columns")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Facets(NamedTuple):
    """What is kept beside an entry's body, so that it can be found.

    `rows` is a number where the event counts as a use, else None. `products` and `agreements` are
    sorted, each once.
    """

    at: str
    actor: str
    action: str
    outcome: str
    purpose: str
    subject: str
    rows: int | None
    products: tuple[str, ...]
    agreements: tuple[str, ...]


class Kept(NamedTuple):
    """An entry as it lies in the store, before anything about it is believed."""

    sequence: int
    body: bytes
    previous: str
    hash: str
    facets: Facets


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
    parts: dict[str, Any] = {"sort_keys": True, "separators": (",", ":"), "allow_nan": False}
    try:
        return json.dumps(document, ensure_ascii=False, **parts).encode()
    except UnicodeEncodeError:
        return json.dumps(document, ensure_ascii=True, **parts).encode()


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


def body_bytes(event: bytes, sequence: int, previous: str) -> bytes:
    """Return the body of an entry from the canonical bytes of its event."""
    return b'{"event":%b,"previous":"%b","sequence":%d}' % (event, previous.encode(), sequence)


def entry_hash(body: bytes) -> str:
    """Return the hash of a body, as a leaf's in RFC 9162, in hexadecimal."""
    return hashlib.sha256(b"\x00" + body).hexdigest()


def seal(event: AuditEvent, sequence: int, previous: str, written: bytes | None = None) -> Entry:
    """Put an event in its place. `written` spares the writing of its bytes a second time."""
    body = body_bytes(event_bytes(event) if written is None else written, sequence, previous)
    return Entry(sequence, event, body, previous, entry_hash(body))


def plain(text: str) -> str:
    """Return a text with a mark for what no database keeps: NUL and half surrogate pairs."""
    return text if text.isascii() and "\x00" not in text else _UNSTORABLE.sub("\ufffd", text)


def event_facets(event: AuditEvent) -> Facets:
    """Return what is kept beside the body of an event."""
    texts = (event.actor, event.action, event.outcome, event.purpose, event.subject)
    names = (event.products, event.agreements)
    return _facets(moment(event.at), texts, event.rows, names)


def facets(document: Mapping[str, Any], *, is_plain: bool = False) -> Facets:
    """Return what is kept beside the body of an event, from the event as JSON gives it back.

    `is_plain` spares the search for characters that no database keeps: where JSON escaped none by
    number, there are none.
    """
    get = document.get
    texts = [get(name, "") for name in ("actor", "action", "outcome", "purpose", "subject")]
    names = (get("products", ()), get("agreements", ()))
    return _facets(get("at", ""), texts, get("rows"), names, is_plain=is_plain)


def _facets(
    at: str,
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
    products, agreements = names
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
    )


def _once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names) if len(names) < 2 else tuple(sorted(set(names)))


def read_event(body: bytes) -> AuditEvent:
    """Return the event in a body. Raises `ValueError` when the body is not an entry's."""
    try:
        document = json.loads(body)["event"]
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


def check(entry: Kept, sequence: int, previous: str) -> str:
    """Say what is wrong with an entry that should stand in a place, or "" when nothing is.

    `sequence` and `previous` are those that the entry before calls for.
    """
    if entry.sequence != sequence:
        return "it is missing" if entry.sequence > sequence else "its place is not a place"
    if entry_hash(entry.body) != entry.hash:
        return "its bytes are not those that were hashed"
    if entry.previous != previous:
        return "it does not follow the entry before it"
    try:
        body = json.loads(entry.body.decode())
        place, before = body["sequence"], body["previous"]
        true = facets(body["event"], is_plain=b"\\u" not in entry.body)
    except (ValueError, KeyError, TypeError, AttributeError):
        return "its body is not that of an entry"
    if (place, before) != (sequence, previous):
        return "its body was written for another place"
    if entry.facets != true or type(entry.facets.rows) is not type(true.rows):
        pairs = zip(Facets._fields, entry.facets, true, strict=True)
        name = next((name for name, held, said in pairs if held != said), "rows")
        return f"its {name} is not what its body says"
    return ""


def checkpoint_bytes(size: int, head: str, at: str) -> bytes:
    """Return what is signed for a head of the record: its size, last hash and time."""
    return f"fairway ledger 1\n{size}\n{head}\n{at}\n".encode()
