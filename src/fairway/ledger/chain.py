"""The record as it was kept before the tree: a chain of hashes, taken over once."""

import hashlib
from collections.abc import Iterator

from django.db import connection

from fairway.nouns.errors import Unavailable
from fairway.nouns.events import AuditEvent
from fairway.rules.ledger import read_event


def kept() -> bool:
    """Say whether a chain waits to be taken over."""
    return "ledger_chain" in connection.introspection.table_names()


def events() -> Iterator[AuditEvent]:
    """Return what the chain's entries say, oldest first, each once it verifies.

    Raises `Unavailable` at the first that does not: then nothing may be taken over.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequence, body, hash FROM ledger_chain ORDER BY sequence")
        entries = cursor.fetchall()
    previous = "0" * 64
    for place, (sequence, body, held) in enumerate(entries, start=1):
        event, _, rest = bytes(body).removeprefix(b'{"event":').rpartition(b',"previous":')
        follows = rest == b'"%b","sequence":%d}' % (previous.encode(), place)
        previous = hashlib.sha256(b"\x00" + bytes(body)).hexdigest()
        if sequence != place or not follows or previous != held:
            raise Unavailable(
                "ledger.broken_chain",
                f"The record of before was touched at entry {sequence}.",
                remedy="Nothing was taken over. Call the administrator.",
            )
        yield read_event(event)


def drop() -> None:
    """Forget the chain, now that the tree holds it."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE ledger_chain")
