"""What is fetched for one query: the file that it is kept in, up to a bound."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_BATCH = 65_536


@contextmanager
def place(folder: Path) -> Iterator[Path]:
    """Make a file of its own for what is fetched, which stays unless fetching fails."""
    with tempfile.NamedTemporaryFile(
        dir=folder, prefix="table-", suffix=".parquet", delete=False
    ) as opened:
        path = Path(opened.name)
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextmanager
def folder(above: Path) -> Iterator[Path]:
    """Make a folder for what is needed while fetching; it goes with all that is in it."""
    with tempfile.TemporaryDirectory(dir=above, prefix="log-") as made:
        yield Path(made)


def kept(reader: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Write batches to the file that was made for them; say how many rows, or that it is too much.

    `job` says the `path`, and how many `bytes` of Arrow it may come to.
    """
    import pyarrow.parquet as pq

    size = rows = 0
    with pq.ParquetWriter(job["path"], reader.schema, compression="zstd") as writer:
        for batch in reader:
            size += batch.nbytes
            rows += batch.num_rows
            if size > job["bytes"]:
                return {"problem": "bytes"}
            writer.write_batch(batch, row_group_size=_BATCH)
    return {"found": rows}
