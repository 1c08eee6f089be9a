"""What tests of sources that are fetched from ask alike."""

import pyarrow.parquet as pq
import pytest

from fairway.nouns.errors import FairwayError
from fairway.nouns.relations import Wanted
from fairway.rules import scopes


def fetched(
    sources, source, types, scope="", condition="", columns=None, size=1_000_000, seconds=60
):
    """Return the rows that are fetched of a source whose columns have some types."""
    path = sources.fetch(
        source,
        Wanted(
            tuple((name, types[name]) for name in columns or types),
            scopes.parse(scope, types) if scope else None,
            scopes.parse(condition, types) if condition else None,
            seconds,
            size,
        ),
    )
    table = pq.read_table(path)
    path.unlink()
    return table.to_pylist()


def refused(work, *secrets):
    """Return the error that work ends with, which tells no secret and no address."""
    with pytest.raises(FairwayError) as caught:
        work()
    said = f"{caught.value} {caught.value.remedy} {caught.value.__cause__!r}"
    for secret in (*secrets, "127.0.0.1"):
        assert secret not in said
    return caught.value
