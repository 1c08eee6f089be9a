"""Treatments, from `nouns.treatments` and `rules.treatments`."""

from datetime import date, datetime

from fairway.nouns.products import LogicalType
from fairway.nouns.scopes import Value
from fairway.nouns.treatments import MEASURED, Kind, Treatment
from fairway.rules import treatments
from pages.tables import table

MEANINGS = {
    Kind.KEEP: "The value itself.",
    Kind.ROUND: "The nearest multiple of N, halves upwards.",
    Kind.YEAR: "A date's year.",
    Kind.BAND: "The lower end of the number's band, N wide.",
    Kind.PREFIX: "The first N characters.",
    Kind.PSEUDONYM: "A keyed hash. One key per agreement.",
    Kind.NULL: "Nothing but the column's name.",
    Kind.DROP: "Not even the column.",
}
AMOUNTS = {Kind.ROUND: 10, Kind.BAND: 5, Kind.PREFIX: 4}
EXAMPLES: dict[LogicalType, Value] = {
    LogicalType.STRING: "E09000007",
    LogicalType.INTEGER: 1287,
    LogicalType.NUMBER: -12.5,
    LogicalType.BOOLEAN: True,
    LogicalType.DATE: date(1991, 1, 31),
    LogicalType.TIMESTAMP: datetime(2026, 2, 3, 9, 30),  # noqa: DTZ001
}
KEY = bytes(32)


def page() -> str:
    return f"""
# Treatments

What is done to a column's values before anyone sees them. An agreement names one for each column;
`keep` unless it says otherwise. The meaning is one function, `rules.treatments.apply`; engines that
compute treatments in place are tested to give the same values.

{table(["treatment", "gives", "on columns of type"], map(_row, Kind))}

A null stays null under every treatment.

## Examples

{table(["type", "value", *(f"`{_written(k)}`" for k in Kind)], map(_example, EXAMPLES))}

Pseudonyms here are made with a key of zeros. A node's keys are derived from a secret that never
leaves it, one for each agreement, so the pseudonyms of two agreements do not join. What is used
under several agreements together has a key of its own too.

## Which shows less

An owner may grant a treatment at least as strong as the one asked for. `a` is at least as strong as
`b` when whatever `a` gives can be worked out from what `b` gives. `keep` is the weakest, `drop` the
strongest, `null` the next. Two of different kinds do not compare. Of the same kind, a prefix
compares with a longer one, a band with one whose width divides its own, and `round` with one that
goes into its own an odd number of times:

{_order()}

Where a query is used under several agreements, each column is under the least treatment that is at
least as strong as all of theirs: two bands join to the band of their least common multiple, two
roundings too where there is one, and what nothing else joins to `null`.
"""


def _treatment(kind: Kind, amount: int | None = None) -> Treatment:
    return Treatment(kind, (amount or AMOUNTS[kind]) if kind in MEASURED else None)


def _written(kind: Kind) -> str:
    return str(_treatment(kind))


def _row(kind: Kind) -> list[str]:
    fits = [t.value for t in LogicalType if treatments.applies(t, _treatment(kind))]
    form = f"`{kind}:N`" if kind in MEASURED else f"`{kind}`"
    return [form, MEANINGS[kind], "any" if len(fits) == len(LogicalType) else ", ".join(fits)]


def _example(kind: LogicalType) -> list[str]:
    value = EXAMPLES[kind]
    cells = []
    for treatment in map(_treatment, Kind):
        if not treatments.applies(kind, treatment):
            cells.append("")
        elif treatment.kind is Kind.DROP:
            cells.append("no column")
        else:
            given = treatments.apply(value, treatment, kind, KEY)
            cells.append("null" if given is None else _short(given))
    return [kind.value, _short(value), *cells]


def _short(value: Value) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text[:8]}…`" if len(text) == treatments.PSEUDONYM_LENGTH else f"`{text}`"


def _order() -> str:
    pairs = [
        (_treatment(Kind.PREFIX, 2), _treatment(Kind.PREFIX, 4)),
        (_treatment(Kind.BAND, 10), _treatment(Kind.BAND, 5)),
        (_treatment(Kind.ROUND, 30), _treatment(Kind.ROUND, 10)),
        (_treatment(Kind.ROUND, 20), _treatment(Kind.ROUND, 10)),
        (_treatment(Kind.BAND, 15), _treatment(Kind.BAND, 10)),
    ]
    return table(
        ["granted", "asked", "may be granted"],
        (
            [f"`{a}`", f"`{b}`", "yes" if treatments.at_least_as_strong(a, b) else "no"]
            for a, b in pairs
        ),
    )
