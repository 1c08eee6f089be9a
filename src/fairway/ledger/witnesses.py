"""Witnesses in the database, and the way to ask one: C2SP tlog-witness over HTTP."""

import http.client
from collections.abc import Sequence
from urllib.error import HTTPError, URLError
from urllib.request import Request, build_opener

from django.db import connection

from fairway.ledger.checkpoints import Signer, verifies
from fairway.nouns.errors import Unavailable
from fairway.nouns.witnesses import Answer, Watched, Witness
from fairway.rules.ledger import at_micros, micros
from fairway.rules.notes import Key, Note

SECONDS = 10.0
MOST = 64 * 1024  # bytes of an answer


class DatabaseWitnesses:
    """`verbs.ports.Witnesses` in the record's own tables."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def all(self) -> Sequence[Witness]:
        """Return who witnesses this record, by name."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT vkey, address, size, note, line, asked, fault, peer FROM ledger_witness"
                " ORDER BY name"
            )
            rows = cursor.fetchall()
        return tuple(
            Witness(
                key, at, size, note, line, None if asked is None else at_micros(asked), fault, peer
            )
            for key, at, size, note, line, asked, fault, peer in rows
        )

    def put(self, witness: Witness) -> None:
        """Insert or replace a witness."""
        asked = None if witness.asked is None else micros(witness.asked)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM ledger_witness WHERE name = %s", [witness.name])
            cursor.execute(
                "INSERT INTO ledger_witness"
                " (name, vkey, address, size, note, line, asked, fault, peer)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [witness.name, witness.key, witness.address, witness.size, witness.note,
                 witness.line, asked, witness.fault, witness.peer],
            )  # fmt: skip

    def remove(self, name: str) -> bool:
        """Remove a witness; say whether there was one."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM ledger_witness WHERE name = %s", [name])
            return bool(cursor.rowcount)

    def watched(self) -> Sequence[Watched]:
        """Return the records that this node watches, by origin."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT vkey, size, root, note, peer FROM ledger_watched ORDER BY origin"
            )
            rows = cursor.fetchall()
        return tuple(
            Watched(key, size, bytes(root), note, peer) for key, size, root, note, peer in rows
        )

    def watch(self, watched: Watched) -> None:
        """Insert or replace a record that is watched."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM ledger_watched WHERE origin = %s", [watched.origin])
            cursor.execute(
                "INSERT INTO ledger_watched (origin, vkey, size, root, note, peer)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [watched.origin, watched.key, watched.size, watched.root, watched.note,
                 watched.peer],
            )  # fmt: skip

    def verifies(self, key: Key, note: Note) -> bool:
        """Say whether one of a note's signatures is by a key."""
        return verifies(key, note)

    def cosign(self, text: str, seconds: int) -> str:
        """Return this node's cosignature on the text of a checkpoint, as a line."""
        return str(self._signer.cosign(text, seconds))

    def ask(self, address: str, body: str) -> Answer:
        """Send a submission to a witness. Raises `Unavailable` when nothing answers."""
        request = Request(  # noqa: S310 - the scheme was checked when the witness was added
            f"{address.rstrip('/')}/add-checkpoint", data=body.encode(), method="POST"
        )
        request.add_header("Content-Type", "text/plain; charset=utf-8")
        try:
            with build_opener().open(request, timeout=SECONDS) as answer:
                return Answer(answer.status, answer.read(MOST).decode("utf-8", "replace"))
        except HTTPError as error:
            with error:
                said = error.read(MOST).decode("utf-8", "replace")
            return Answer(error.code, said, error.headers.get("Content-Type", ""))
        except (URLError, OSError, http.client.HTTPException):
            raise Unavailable("witness.unreachable", "The witness does not answer.") from None
