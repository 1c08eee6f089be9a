"""Old bodies in Parquet files by month, beside the database. Their leaves stay in the database."""


def bodies(first: int) -> bytes:
    """Return the bodies of the segment that begins at an index. Raises `LookupError`."""
    raise LookupError(f"the bodies from {first} on are missing")


def rewrite(first: int, run: bytes) -> None:
    """Write the bodies of a segment anew. Raises `LookupError`."""
    raise LookupError(f"the bodies from {first} on are missing: {len(run)}")
