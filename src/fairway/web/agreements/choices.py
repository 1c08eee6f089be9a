"""Which treatments a page offers for a column: those that fit its type, in plain words."""

from collections.abc import Sequence

from fairway.nouns.products import Classification, Column
from fairway.nouns.treatments import KEEP, NULL, PSEUDONYM, YEAR, Kind, Treatment
from fairway.rules import treatments
from fairway.web import words

_OFFERED = (
    KEEP,
    *(Treatment(Kind.ROUND, amount) for amount in (5, 10, 100, 1000)),
    *(Treatment(Kind.BAND, amount) for amount in (5, 10, 100, 1000)),
    YEAR,
    *(Treatment(Kind.PREFIX, amount) for amount in (1, 2, 3, 4)),
    PSEUDONYM,
    NULL,
)
"""The usual amounts. Others can be asked for by the command line and the API."""


def offered(column: Column, asked: Treatment | None = None) -> Sequence[dict[str, str]]:
    """Return the treatments for a column as options of a select.

    With `asked`: itself, and those that show less.
    """
    fitting = [t for t in _OFFERED if treatments.applies(column.type, t)]
    if asked is not None:
        fitting = [asked, *(t for t in fitting if t != asked and _less(t, asked))]
    return [{"value": str(t), "text": words.treatment(t)} for t in fitting]


def _less(one: Treatment, asked: Treatment) -> bool:
    return treatments.at_least_as_strong(one, asked)


def usual(column: Column) -> Treatment:
    """Return what a page suggests for a column: nobody is singled out without need."""
    return PSEUDONYM if column.classification is Classification.IDENTIFIER else KEEP


def example(column: Column) -> str:
    """Return a condition on a column as an example; its value is made up, from the type alone."""
    written = {
        "string": "= 'text'",
        "integer": ">= 10",
        "number": ">= 1.5",
        "boolean": "= TRUE",
        "date": ">= '2025-04-01'",
        "timestamp": ">= '2025-04-01 09:00:00'",
    }
    return f"{column.name} {written[column.type.value]}"
