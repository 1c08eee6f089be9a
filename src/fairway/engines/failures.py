"""What can go wrong while a query runs, by class: fixed sentences, never the engine's own words.

An engine's message can quote a value, a path or a key; so the worker sends a code alone, and the
sentence is made here.
"""

from collections.abc import Sequence

from fairway.nouns.errors import BadInput, BoundExceeded, FairwayError, Unavailable

_FAILED_ON_DATA = {
    "conversion": "A value in the data cannot be converted to the type that the query asks for.",
    "range": "A calculation in the query gives a number or a date that is out of range.",
    "value": "A function in the query cannot work with a value in the data.",
}
_BY_CLASS = {
    "ConversionException": "conversion",
    "DataError": "conversion",
    "TypeMismatchException": "conversion",
    "OutOfRangeException": "range",
    "InvalidInputException": "value",
    "InvalidTypeException": "value",
    "ConstraintException": "value",
    "SyntaxException": "value",
    "OutOfMemoryException": "memory",
    "MemoryError": "memory",
    "InterruptException": "seconds",
    "IOException": "source",
    "HTTPException": "source",
    "PermissionException": "source",
    "FileNotFoundError": "source",
    "PermissionError": "source",
    "BinderException": "bind",
    "CatalogException": "bind",
    "ParserException": "bind",
    "NotImplementedException": "unsupported",
}


_BY_TITLE = {
    "Conversion Error": "conversion",
    "Mismatch Type Error": "conversion",
    "Out of Range Error": "range",
    "Invalid Input Error": "value",
    "Invalid type Error": "value",
    "Out of Memory Error": "memory",
    "Interrupt Error": "seconds",
    "INTERRUPT Error": "seconds",
    "IO Error": "source",
    "Permission Error": "source",
    "Not implemented Error": "unsupported",
}
"""While a result streams, Arrow passes errors on without their class, but under the same titles."""


def code(error: BaseException) -> str:
    """Return the class of an error as a word; its message is read for its title alone."""
    message = str(error)
    # A CSV line that no longer fits its contract is the source's fault, whatever the query says.
    if "CSV Error on Line" in message:
        return "source"
    by_title = _BY_TITLE.get(message.partition(":")[0])
    by_class = (_BY_CLASS[k.__name__] for k in type(error).__mro__ if k.__name__ in _BY_CLASS)
    return by_title or next(by_class, "")


def error(word: str, *, seconds: float = 0, memory: int = 0) -> FairwayError:
    """Return the error of a class. `seconds` and `memory` are the bounds, for the sentence."""
    if word in _FAILED_ON_DATA:
        return BadInput(
            "query.failed_on_data",
            _FAILED_ON_DATA[word],
            remedy="Use TRY_CAST, NULLIF or CASE so that such values give null.",
        )
    if word == "memory":
        return BoundExceeded(
            "query.too_much_memory",
            f"The query needs more than {memory // (1024 * 1024):,} MB of memory.",
            remedy="Ask for fewer rows or columns, or aggregate earlier.",
        )
    if word == "seconds":
        return BoundExceeded(
            "query.too_slow",
            f"The query takes longer than {seconds:g} seconds.",
            remedy="Ask for fewer rows or columns, or join on equality.",
        )
    if word == "source":
        return Unavailable(
            "source.unreadable",
            "The data behind a product cannot be read as its contract describes it.",
            remedy="Tell the product's owner.",
        )
    if word == "bind":
        return BadInput(
            "query.does_not_bind",
            "A name or a type in the query does not fit the products.",
            remedy="Check the names and types against the products' columns.",
        )
    if word == "unsupported":
        return BadInput(
            "query.not_supported",
            "The engine cannot run this combination of functions and types.",
            remedy="Write the query in another way.",
        )
    return Unavailable(
        "query.worker_died",
        "The process that ran this query ended before its time.",
        remedy="Try again, or ask for less.",
    )


def too_many_rows(bound: int) -> BoundExceeded:
    """Return the error for a result past its bound on rows."""
    return BoundExceeded(
        "query.too_many_rows",
        f"The result has more than {bound:,} rows.",
        remedy="Aggregate, or ask for fewer rows with WHERE or LIMIT.",
    )


def too_many_bytes(bound: int) -> BoundExceeded:
    """Return the error for a result past its bound on bytes."""
    return BoundExceeded(
        "query.too_many_bytes",
        f"The result is larger than {bound:,} bytes.",
        remedy="Aggregate, or ask for fewer rows and columns.",
    )


ANSWER = "answer:"
"""How the worker's word begins when what a peer answered cannot be used."""

_BAD_ANSWERS = {
    "columns": ("peer.other_columns", "has other columns than were asked for"),
    "types": ("peer.other_schema", "has columns of other types than its contract says"),
    "truncated": ("peer.truncated", "ends before its end"),
}


def bad_answer(word: str, origins: Sequence[str]) -> FairwayError:
    """Return the error for a peer's answer that the worker would not take."""
    _, number, why = word.split(":")
    code, what = _BAD_ANSWERS.get(why, ("peer.unreadable", "cannot be read"))
    return Unavailable(
        code,
        f"The answer of the node {origins[int(number)]} {what}.",
        remedy="Nothing of it was used. Ask its administrator to look at the node.",
    )
