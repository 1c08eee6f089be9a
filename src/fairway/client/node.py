"""A node as its users see it: the main job, a method a verb."""

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from fairway.client.answers import Answer, Page
from fairway.client.peers import Partners
from fairway.client.results import Result
from fairway.client.transport import Transport, part
from fairway.nouns.errors import BadInput, FairwayError

ARROW = "application/vnd.apache.arrow.stream"
Columns = Mapping[str, str] | Iterable[str]
"""Column names, or names with treatments: `{"month": "keep", "households": "round:10"}`."""


class Node(Partners):
    """A connection to one node. Make it with `fairway.connect`.

    Every method asks the node's API, so permission and record are the same by every way in.
    Raises `FairwayError` with the node's own code, sentence and remedy.
    """

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)

    # ------------------------------------------------------------------ publish and find

    def publish(self, contract: str | Path, *, file: str = "") -> Answer:
        """Publish an ODCS contract: a path to its file, or its text.

        Raises `Unpublishable` with every problem in `problems` when the data says otherwise.
        """
        if isinstance(contract, Path) or "\n" not in contract:
            path = Path(contract)
            file = file or path.name
            content = _bytes_of(path)
        else:
            content = contract.encode()
        return self._answer(
            "POST", "products", params={"file": file or "contract"}, content=content
        )

    def find(self, words: str = "", *, limit: int = 20, offset: int = 0) -> Page:
        """Return the products that match any of the words, best first; all of them for none."""
        return self._page("products", q=words, limit=limit, offset=offset)

    def show(self, product: str) -> Answer:
        """Return what may be known of a product: owner, columns, terms, and who uses it."""
        return self._answer("GET", f"products/{part(product)}")

    def contract(self, product: str) -> str:
        """Return a product's contract as published, as YAML text."""
        return self._transport.text(f"products/{part(product)}/contract")

    def usage(self, product: str) -> list[Answer]:
        """Return who uses a product, for which purpose, how often and last when."""
        return self._answers("GET", f"products/{part(product)}/usage")

    # ------------------------------------------------------------------ ask and decide

    def purposes(self) -> list[Answer]:
        """Return the purposes that a request can name."""
        return self._answers("GET", "purposes")

    def legal_bases(self) -> list[Answer]:
        """Return the legal bases that a request can rest on."""
        return self._answers("GET", "legal-bases")

    def request(
        self,
        product: str,
        *,
        columns: Columns = (),
        scope: str = "",
        purpose: str = "",
        legal_basis: str = "",
        necessity: str = "",
        starts: date | str | None = None,
        ends: date | str | None = None,
        submit: bool = True,
        draft: str | None = None,
        team: str = "",
        onward: bool = False,
    ) -> Answer:
        """Ask for a product. `submit=False` keeps a draft; `draft` replaces one by its id.

        `scope` says which rows: `region = 'London' AND month >= DATE '2025-01-01'`. `team` is a
        role of yours whose holders in your domain are covered too; `onward` says that the data is
        to be passed on.
        """
        body = {
            "product": product,
            "columns": _columns(columns),
            "scope": scope,
            "purpose": purpose,
            "legal_basis": legal_basis,
            "necessity": necessity,
            "starts": _day(starts),
            "ends": _day(ends),
            "submit": submit,
            "team": team,
            "onward": onward,
        }
        if draft is not None:
            return self._answer("PUT", f"agreements/{part(draft)}", body=body)
        return self._answer("POST", "agreements", body=body)

    def decide(
        self,
        agreement: str,
        move: str,
        note: str = "",
        *,
        columns: Columns | None = None,
        scope: str = "",
        starts: date | str | None = None,
        ends: date | str | None = None,
    ) -> Answer:
        """Make a move: submit, question, answer, approve, refuse, withdraw, suspend, resume,
        terminate. Columns, scope and days approve with less; what is left out stays as asked.
        """
        body = {
            "move": move,
            "note": note,
            "columns": None if columns is None else _columns(columns),
            "scope": scope,
            "starts": _day(starts),
            "ends": _day(ends),
        }
        return self._answer("POST", f"agreements/{part(agreement)}/moves", body=body)

    def agreement(self, agreement: str) -> Answer:
        """Return an agreement with its terms, history and the moves that are yours."""
        return self._answer("GET", f"agreements/{part(agreement)}")

    def agreements(self, *, limit: int = 50, offset: int = 0) -> Page:
        """Return your own agreements, newest first."""
        return self._page("agreements", limit=limit, offset=offset)

    def inbox(self, *, limit: int = 50, offset: int = 0) -> Page:
        """Return the agreements on your domains' products, what waits for you first."""
        return self._page("agreements/inbox", limit=limit, offset=offset)

    # ------------------------------------------------------------------ explain

    def explain(
        self,
        product: str,
        purpose: str,
        *,
        person: str | None = None,
        on: date | str | None = None,
    ) -> Answer:
        """Return the decision on using a product for a purpose, and why; one's own by default."""
        asked = {"product": product, "purpose": purpose, "person": person, "on": _day(on)}
        return self._answer("GET", "explanations", params=asked)

    def who_can_see(
        self, product: str, column: str | None = None, *, on: date | str | None = None
    ) -> list[Answer]:
        """Return who can see a product or a column, for what, treated how, and why."""
        asked = {"product": product, "column": column, "on": _day(on)}
        return self._answers("GET", "explanations/who", params=asked)

    def what_can_be_seen(
        self, person: str | None = None, *, on: date | str | None = None
    ) -> list[Answer]:
        """Return every product that a person can use, why, and what in it; one's own by default."""
        return self._answers("GET", "explanations/seen", params={"person": person, "on": _day(on)})

    # ------------------------------------------------------------------ use

    def query(
        self,
        sql: str,
        *,
        purpose: str,
        agreement: str | None = None,
        limits: Mapping[str, float] | None = None,
        as_of: str | Mapping[str, str] | None = None,
    ) -> Result:
        """Run one SELECT over products named `<domain>.<table>`, for a purpose.

        Your active agreements for the purpose are found by themselves, and all of them are kept;
        one that is named by `agreement` counts alone.
        `limits` may tighten `rows`, `bytes`, `memory` and `seconds`. `as_of` asks for an earlier
        state of the data: a version's number or a time, or products mapped to such.
        """
        return self._result(_asked(sql, purpose, agreement, limits, as_of), ARROW)

    def plan(
        self,
        sql: str,
        *,
        purpose: str,
        agreement: str | None = None,
        as_of: str | Mapping[str, str] | None = None,
    ) -> Answer:
        """Return what a query would read, where and under which terms; it does not run."""
        asked = _asked(sql, purpose, agreement, None, as_of)
        del asked["limits"]
        return self._answer("POST", "query/plan", body=asked)

    def export(
        self,
        sql: str,
        to: str | Path | BinaryIO,
        *,
        purpose: str,
        format: str = "parquet",  # noqa: A002 - the word that users write
        agreement: str | None = None,
        limits: Mapping[str, float] | None = None,
        as_of: str | Mapping[str, str] | None = None,
    ) -> Result:
        """Write a query's result to a file: arrow, parquet, csv or json, as the node makes it.

        A path is written whole or not at all. Returns the result, already read.
        """
        from fairway.formats import named

        asked = _asked(sql, purpose, agreement, limits, as_of)
        with closing(self._result(asked, named(format).media_type)) as result:
            if isinstance(to, str | Path):
                _write_whole(Path(to), result.chunks())
            else:
                for chunk in result.chunks():
                    to.write(chunk)
        return result

    def _result(self, asked: Mapping[str, Any], accept: str) -> Result:
        handle = secrets.token_hex(8)
        try:
            return Result(
                self._transport.stream("query", {**asked, "handle": handle}, accept), self.outcome
            )
        except KeyboardInterrupt:
            with suppress(FairwayError):  # it may have ended meanwhile
                self.cancel(handle)
            raise

    def files(self, product: str, *, purpose: str, agreement: str | None = None) -> Answer:
        """Return links to a product's files as they are stored, where all is granted as it is."""
        body = {"purpose": purpose, "agreement": agreement}
        return self._answer("POST", f"products/{part(product)}/files", body=body)

    def download(
        self, product: str, to: str | Path, *, purpose: str, agreement: str | None = None
    ) -> list[Path]:
        """Write a product's stored files into a directory, and return their paths.

        Each is written whole or not at all.
        """
        folder = Path(to)
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for file in self.files(product, purpose=purpose, agreement=agreement).files:
            path = folder / Path(file.name).name
            link = file.url.rpartition("/")[2]
            with self._transport.reading(f"files/{link}") as chunks:
                _write_whole(path, chunks)
            written.append(path)
        return written

    def running(self) -> Sequence[Answer]:
        """Return your queries that run now or wait for their turn."""
        return self._answers("GET", "queries")

    def cancel(self, query: str) -> Answer:
        """Stop one of your queries that runs, by its id."""
        return self._answer("DELETE", f"queries/{part(query)}")

    def outcome(self, query: str) -> Answer:
        """Return how one of your own queries stands on the record."""
        return self._answer("GET", f"queries/{part(query)}")

    # ------------------------------------------------------------------ account

    def audit(
        self,
        *,
        actor: str = "",
        action: str = "",
        product: str = "",
        agreement: str = "",
        purpose: str = "",
        outcome: str = "",
        subject: str = "",
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Page:
        """Return a page of the record, newest first; `before` pages back from a sequence number."""
        return self._page(
            "audit",
            actor=actor,
            action=action,
            product=product,
            agreement=agreement,
            purpose=purpose,
            outcome=outcome,
            subject=subject,
            since=since.isoformat() if isinstance(since, datetime) else since,
            until=until.isoformat() if isinstance(until, datetime) else until,
            before=before,
            limit=limit,
        )

    def verify(self) -> Answer:
        """Re-compute the record and say whether it is intact."""
        return self._answer("POST", "audit/verify")

    # ------------------------------------------------------------------ the connection

    def close(self) -> None:
        """Let go of the connection."""
        self._transport.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def __repr__(self) -> str:
        """Return the address, never the token."""
        return f"<Fairway node {self._transport.address}>"


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            "contract.unreadable",
            f"The file cannot be read: {error.strerror}.",
            file=str(path),
        ) from None


def _day(day: date | str | None) -> str | None:
    return day.isoformat() if isinstance(day, date) else day


def _columns(columns: Columns) -> Sequence[Mapping[str, str]]:
    if isinstance(columns, Mapping):
        return [{"name": name, "treatment": treatment} for name, treatment in columns.items()]
    return [{"name": name, "treatment": "keep"} for name in columns]


def _write_whole(path: Path, chunks: Iterator[bytes]) -> None:
    """Write a file beside its place and move it there when it is whole."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        with unfinished.open("wb") as out:
            for chunk in chunks:
                out.write(chunk)
        unfinished.replace(path)
    except OSError as error:
        raise BadInput(
            "client.cannot_write", f"The file cannot be written: {error.strerror}.", file=str(path)
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)


__all__ = ["Columns", "Node"]


def _asked(
    sql: str,
    purpose: str,
    agreement: str | None,
    limits: Mapping[str, float] | None,
    as_of: str | Mapping[str, str] | None,
) -> dict[str, Any]:
    """Return the question about a query as the API takes it."""
    return {
        "sql": sql,
        "purpose": purpose,
        "agreement": agreement,
        "limits": limits,
        "as_of": {"*": as_of} if isinstance(as_of, str) else as_of,
    }
