"""What can be wrong with a source, said the same way by every kind of source."""

from fairway.nouns.errors import BadInput, BoundExceeded, FairwayError, Refused, Unavailable

PATH = "servers[0].path"


def outside(file: str) -> FairwayError:
    """Return the error for data outside the node's roots."""
    return Refused(
        "source.outside_roots",
        "The data lies outside the directories that this node may read.",
        remedy="Move it below the node's data directory, or ask the administrator to add its place"
        " to data.roots.",
        file=file,
        field=PATH,
    )


def outside_store(file: str) -> FairwayError:
    """Return the error for data outside what the node may read of a store."""
    return Refused(
        "source.outside_roots",
        "The data lies outside what the node may read of this store.",
        remedy="Give the path below the root of the store in the node's secrets/sources.toml. A"
        " table may name only files below its own directory.",
        file=file,
        field=PATH,
    )


def long_log(file: str) -> FairwayError:
    """Return the error for a table whose log is more than a node fetches."""
    return Unavailable(
        "source.log_too_long",
        "The table's log is too long to be fetched from the store.",
        remedy="Write a checkpoint, and let the table's writer clean up what came before it.",
        file=file,
        field=PATH,
    )


def unreachable(file: str) -> FairwayError:
    """Return the error for a path at which nothing lies."""
    return Unavailable(
        "source.unreachable",
        "There is no data to read at this path.",
        remedy="Check the path below the node's data directory, and that the node may read it.",
        file=file,
        field=PATH,
    )


def too_many_files(most: int, file: str) -> FairwayError:
    """Return the error for a source with more files than one product may have."""
    return Unavailable(
        "source.too_many_files",
        f"The source has more than {most:,} files.",
        remedy="Put them together into fewer, larger files.",
        file=file,
        field=PATH,
    )


def missing_extra(what: str, extra: str, besides: str = "") -> FairwayError:
    """Return the error for a kind of source whose library is not installed.

    `besides` goes on with what to install.
    """
    return Unavailable(
        "source.missing_extra",
        f"Reading {what} needs a part that is not installed on this node.",
        remedy=f"Install it on the node: pip install 'fairway[{extra}]'{besides}.",
    )


def unknown_server(what: str, name: str, file: str) -> FairwayError:
    """Return the error for a database or store that the administrator has not named."""
    return BadInput(
        "source.unknown_server",
        f"The node knows no {what} by the name '{name[:60]}'.",
        remedy="Ask the administrator to add it to the node's secrets/sources.toml.",
        file=file,
        field="servers[0].server",
    )


def of_reader(
    word: str, what: str, seconds: float, missing: FairwayError, *, lacks: str, file: str
) -> FairwayError:
    """Return the error for what a process that reads a source for the node says in one word.

    `what` is the source's kind, `missing` the error where its library is, and `lacks` how it can be
    closed to the node.
    """
    if word == "extra":
        return missing
    if word == "seconds":
        return too_slow(f"the {what}", seconds)
    if word == "bytes":
        return too_much(f"the {what}")
    return Unavailable(
        "source.unreachable",
        f"The {what} behind this product does not answer, or {lacks}.",
        remedy=f"Tell the product's owner, or ask the administrator to look at the {what}.",
        file=file,
        field="servers[0]" if file else "",
    )


def too_slow(what: str, seconds: float) -> FairwayError:
    """Return the error for a source that takes longer than a query may."""
    return BoundExceeded(
        "query.too_slow",
        f"Reading from {what} takes longer than {seconds:g} seconds.",
        remedy="Ask for fewer rows or columns.",
    )


def too_much(what: str) -> FairwayError:
    """Return the error for a query that needs more of a source than one may fetch."""
    return BoundExceeded(
        "query.too_much_fetched",
        f"The query needs more of {what} than may be read for one query.",
        remedy="Compare columns with constants in WHERE, or name fewer columns.",
    )


def no_such_version(version: str) -> FairwayError:
    """Return the error for a state that a source does not hold."""
    return BadInput(
        "version.not_held",
        f"The source holds no version '{version[:40]}', or no longer.",
        remedy="Leave the version out to read the newest.",
        field="as_of",
    )


def no_versions() -> FairwayError:
    """Return the error for a source that keeps no earlier states."""
    return BadInput(
        "version.none_kept",
        "This product's source keeps no earlier versions.",
        remedy="Leave the version out.",
        field="as_of",
    )
