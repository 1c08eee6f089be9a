"""What a query may name, from the engine's allow-list."""

from collections.abc import Iterable

from fairway.engines import functions as allowed

SCALARS = {
    "Text": "_TEXT",
    "Numbers": "_NUMBERS",
    "Dates and times": "_TIMES",
    "Choices": "_CHOICES",
    "Lists": "_LISTS",
}


def page() -> str:
    groups = {title: set(getattr(allowed, name).split()) for title, name in SCALARS.items()}
    listed = set().union(*groups.values()) | allowed.LAMBDAS
    if listed != allowed.SCALARS:
        raise SystemExit(f"docs/pages/functions.py misses {sorted(listed ^ allowed.SCALARS)}")
    scalars = "\n\n".join(f"### {title}\n\n{_listed(found)}" for title, found in groups.items())
    return f"""
# What a query may use

A query is one SELECT over data products named `<domain>.<table>`. The engine's own parser reads it,
and every part of what it read has to be on a list: statements, tables, functions, operators, types.
What is not listed here does not exist, at any depth of the query. In all
{len(allowed.FUNCTIONS | allowed.TABLE_FUNCTIONS)} functions are allowed.

Common table expressions, subqueries, joins (also lateral), set operations, window functions,
`GROUP BY` with sets, `QUALIFY`, `CASE` and `CAST` are part of SELECT and allowed.

## Aggregates

{_listed(allowed.AGGREGATES)}

## Window functions

{_listed(allowed.WINDOWS)}

## Functions

{scalars}

### With a lambda

{_listed(allowed.LAMBDAS)}

## Functions in FROM

{_listed(allowed.TABLE_FUNCTIONS)}

`range` and `generate_series` make {allowed.MOST_GENERATED:,} rows at the most, and their bounds
must be written as numbers.

## Operators

{" ".join(f"`{o}`" for o in sorted(allowed.OPERATORS))} and comparisons, `AND`, `OR`, `NOT`,
`IS NULL`, `IN`, `BETWEEN`, `LIKE`, `EXISTS`.

## Types in CAST

{_listed(allowed.TYPES)}
"""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
