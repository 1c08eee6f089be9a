"""The record of a node as a log that its users check: proofs, exports, witnesses, erasure."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from fairway.client.answers import Answer
from fairway.client.entries import Catalogue
from fairway.client.transport import part
from fairway.nouns.errors import BadInput
from fairway.rules.merkle import HEIGHT, TILE, tile_path, tile_widths
from fairway.rules.notes import read_head, read_note


class Logs(Catalogue):
    """The record of one node."""

    def checkpoint(self, *, witnessed: bool = False) -> str:
        """Return the signed head of the record; the newest that most witnesses cosigned if asked.

        Needs no token.
        """
        return self._transport.text("log/checkpoint" + ("?witnessed=true" if witnessed else ""))

    def log_keys(self) -> tuple[str, str]:
        """Return the keys that verify the record, and this node's cosignatures on others."""
        log, witness = self._transport.text("log/key").split()
        return log, witness

    def prove(self, sequence: int) -> Answer:
        """Return the proof that an entry is in the record, as `fairway-verify` takes it."""
        return self._answer("GET", f"audit/{int(sequence)}/proof")

    def feed(self, product: str, *, before: int | None = None, limit: int = 100) -> Answer:
        """Return what is on record about a product, each entry with its proof."""
        params: dict[str, Any] = {"before": before, "limit": limit}
        return self._answer("GET", f"audit/feed/{part(product)}", params=params)

    def export_log(self, to: str | Path, *, bodies: bool = False, witnessed: bool = False) -> int:
        """Write the record into a directory, as tiles; return the number of entries.

        What is there already, whole, is not fetched again. `bodies` adds what entries say, for
        those who may read it. The checkpoint is written last.
        """
        folder = Path(to)
        note = self.checkpoint(witnessed=witnessed)
        size = read_head(read_note(note).text).size
        wanted = [(None, *one) for one in tile_widths(0, size)]
        level = 0
        while size >> HEIGHT * level:
            wanted += [(level, *one) for one in tile_widths(level, size)]  # type: ignore[misc]  # the checker follows it no further
            level += 1
        for one in wanted:
            path = tile_path(*one)
            self._fetch(f"log/{path}", folder / path)
        for number, width in tile_widths(0, size) if bodies else ():
            path = tile_path(0, number, width).removeprefix("tile/0/")
            self._fetch(f"audit/bodies/{number}?size={size}", folder / "bodies" / path)
        _drop_outgrown(folder, size)
        _write(folder / "checkpoint", note.encode())
        return size

    def _fetch(self, path: str, to: Path) -> None:
        if not to.exists():
            _write(to, self._transport.content(path))

    def erase(self, sequences: Sequence[int], reason: str) -> Answer:
        """Erase the bodies of entries, for good; the record says so and verifies as before."""
        body = {"sequences": list(sequences), "reason": reason}
        return self._answer("POST", "audit/erase", body=body)

    def subject(
        self,
        identifier: str,
        reason: str,
        *,
        products: Sequence[str] = (),
        since: datetime | str | None = None,
    ) -> Answer:
        """Return who used a person's data, for a data protection officer; that is recorded."""
        body = {
            "identifier": identifier,
            "reason": reason,
            "products": list(products),
            "since": since.isoformat() if isinstance(since, datetime) else since,
        }
        return self._answer("POST", "audit/subject", body=body)

    def log_state(self) -> Answer:
        """Return how the record stands: rate, lag, size, checkpoint, witnesses, alarms."""
        return self._answer("GET", "audit/state")

    def archive_log(self, before: str) -> Sequence[Answer]:
        """Move the bodies of entries before a month, as in 2026-01, into files by month."""
        found = self._answer("POST", "audit/archive", body={"before": before})
        moved: Sequence[Answer] = found["items"]
        return moved

    def renew_mirror(self) -> Answer:
        """Write the lost file of the signed head anew, when all else verifies."""
        return self._answer("POST", "audit/mirror")

    def add_witness(self, key: str, address: str) -> Answer:
        """Take somebody who cosigns this record's checkpoints."""
        return self._answer("POST", "witnesses", body={"key": key, "address": address})

    def remove_witness(self, name: str) -> None:
        """Ask a witness no more."""
        self._transport.json("DELETE", f"witnesses/{name}")

    def ask_witnesses(self) -> list[Answer]:
        """Have the newest checkpoint cosigned by every witness; return what each answered."""
        return self._answers("POST", "witnesses/ask")

    def watch(self, key: str) -> Answer:
        """Witness another node's record from now on, named by its key."""
        return self._answer("POST", "watched", body={"key": key})


def _drop_outgrown(folder: Path, size: int) -> None:
    """Remove the partial tiles of an earlier export that are of no use any more."""
    for file in folder.rglob("*.p/*"):
        kind = file.relative_to(folder).parts
        level = 0 if kind[0] == "bodies" or kind[1] == "entries" else int(kind[1])
        if int(file.name) != (size >> HEIGHT * level) % TILE or _is_whole(file):
            file.unlink()
            if not any(file.parent.iterdir()):
                file.parent.rmdir()


def _is_whole(file: Path) -> bool:
    return Path(str(file.parent).removesuffix(".p")).exists()


def _write(to: Path, content: bytes) -> None:
    draft = to.with_name(f".{to.name}.unfinished")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(to)
    except OSError as error:
        raise BadInput(
            "client.cannot_write", f"The file cannot be written: {error.strerror}.", file=str(to)
        ) from None
