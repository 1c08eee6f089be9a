"""The result of a query: Arrow batches as they come, or the whole of it in the form you work in."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import httpx

from fairway.nouns.errors import BadInput, BoundExceeded, FairwayError, Unavailable

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from fairway.client.answers import Answer


class Result:
    """One result. Use it as a context manager, or take the whole of it with a `to_` method.

    `id` names the query on the record, `agreements` those that it ran under. `rows` is the number
    of rows, None until it is known: small results say it at once, large ones at their end.
    """

    def __init__(
        self,
        opened: AbstractContextManager[httpx.Response],
        outcome: Callable[[str], "Answer"],
    ) -> None:
        self._opened = opened
        self._outcome = outcome
        self._response = opened.__enter__()
        said = self._response.headers
        self.id = said.get("Fairway-Query-Id", "")
        self.engine = said.get("Fairway-Engine", "")
        read = (one.partition("=") for one in said.get("Fairway-Versions", "").split(", ") if one)
        self.versions = {product: version for product, _, version in read}
        self.agreements = tuple(a for a in said.get("Fairway-Agreements", "").split(", ") if a)
        self.rows = int(said["Fairway-Rows"]) if "Fairway-Rows" in said else None
        self._table: pa.Table | None = None
        self._taken = False

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes of the result as they come, once.

        Raises `BoundExceeded` when the node stopped the query on its way, `Unavailable` when the
        result was cut short for any other reason.
        """
        if self._taken:
            raise BadInput(
                "result.already_read",
                "This result was read already, and is not kept.",
                remedy="Take it whole with to_arrow(), or run the query again.",
            )
        self._taken = True
        try:
            yield from self._response.iter_raw()
        except httpx.TransportError:
            raise self._cut_short() from None
        finally:
            self.close()

    def batches(self) -> Iterator["pa.RecordBatch"]:
        """Yield the result as Arrow record batches, as they come.

        A batch is yielded before the end is known to be whole: only when the iteration ends
        without an error have you seen everything.
        """
        if self._table is not None:
            yield from self._table.to_batches()
            return
        from fairway.formats.batches import Chunks, reader  # deferred: PyArrow is heavy

        file = Chunks(self.chunks())
        count = 0
        try:
            for batch in reader(file):
                count += batch.num_rows
                yield batch
            file.drain()
            if not file.whole:
                raise self._cut_short()
            self.rows = count
        except (OSError, ValueError) as error:  # Arrow's own words for a stream that breaks off
            if isinstance(error.__cause__ or error.__context__, FairwayError):
                raise
            raise self._cut_short() from None
        finally:
            self.close()

    def __iter__(self) -> Iterator["pa.RecordBatch"]:
        """Iterate by batch."""
        return self.batches()

    def to_arrow(self) -> "pa.Table":
        """Return the whole result as a PyArrow table. It is kept, so this can be asked again."""
        if self._table is None:
            self._table = self._gathered()
        return self._table

    def _gathered(self) -> "pa.Table":
        import pyarrow as pa

        from fairway.formats.batches import Chunks, reader

        file = Chunks(self.chunks())
        try:
            table = reader(file).read_all()
            file.drain()
        except (OSError, ValueError):
            raise self._cut_short() from None
        if not file.whole:
            raise self._cut_short()
        self.rows = table.num_rows
        assert isinstance(table, pa.Table)  # noqa: S101 - for the types: it cannot be otherwise
        return table

    def to_pandas(self, **options: Any) -> "pd.DataFrame":
        """Return the whole result as a pandas data frame; `options` are those of PyArrow."""
        _needs("pandas")
        frame: pd.DataFrame = self.to_arrow().to_pandas(**options)
        return frame

    def to_polars(self) -> "pl.DataFrame":
        """Return the whole result as a polars data frame."""
        _needs("polars")
        import polars as pl

        frame = pl.from_arrow(self.to_arrow())
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - for the types: it cannot be otherwise
        return frame

    def _cut_short(self) -> FairwayError:
        """Ask the node's record why the result ended early."""
        self.close()
        try:
            outcome = self._outcome(self.id)
        except FairwayError:
            outcome = None
        if outcome is not None and outcome.outcome == "failed":
            return BoundExceeded(
                "query.stopped",
                f"Query {self.id} was stopped on its way: {outcome.reason}",
                remedy="What came before is not the whole result; ask for less.",
            )
        return Unavailable(
            "query.cut_short",
            f"The result of query {self.id} ended before it was complete.",
            remedy="What came before is not the whole result; run the query again.",
        )

    def close(self) -> None:
        """Let go of the result. What was not read is stopped at the node, and on the record."""
        self._opened.__exit__(None, None, None)

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


class NotInstalled(Unavailable, ImportError):
    """A library that an extra brings is not there."""


def _needs(library: str) -> None:
    from importlib.util import find_spec

    if find_spec(library) is None:
        raise NotInstalled(
            "client.not_installed",
            f"This needs {library}, which is not installed.",
            remedy=f"Run: pip install 'fairway[{library}]'.",
        )
