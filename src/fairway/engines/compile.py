"""Governed relations as SQL: what the engine is given in place of the data itself.

A view reads the source, keeps the rows of the scope, and puts every column through its treatment.
Nothing of the user's query stands in it, except comparisons that `totality` has found harmless.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from fairway.nouns.products import LogicalType
from fairway.nouns.queries import ParsedQuery
from fairway.nouns.relations import DataFile, GovernedColumn, GovernedRelation, Located, Wanted
from fairway.nouns.scopes import Scope, Value
from fairway.nouns.treatments import Kind
from fairway.rules.pruning import constant
from fairway.rules.scopes import written
from fairway.rules.treatments import (
    EXACT_BELOW,
    INTEGER_MAX,
    INTEGER_MIN,
    PSEUDONYM_LENGTH,
    hmac_blocks,
    treated_type,
)

SQL_TYPES = {
    LogicalType.STRING: "VARCHAR",
    LogicalType.INTEGER: "BIGINT",
    LogicalType.NUMBER: "DOUBLE",
    LogicalType.BOOLEAN: "BOOLEAN",
    LogicalType.DATE: "DATE",
    LogicalType.TIMESTAMP: "TIMESTAMP",
}
"""The engine's type of every logical type, whatever narrower type the source has."""

_BARRIER = "LIMIT 9223372036854775807"
"""No row is lost by this, and no filter of the query goes below it."""


def identifier(name: str) -> str:
    """Quote a name."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Quote a text."""
    return "'" + value.replace("'", "''") + "'"


def narrowed(query: ParsedQuery, relation: GovernedRelation) -> GovernedRelation:
    """Return a relation without the columns that a query does not name.

    One is left where it names none: rows are counted by a column.
    """
    named = tuple(c for c in relation.columns if query.stars or c.name.casefold() in query.names)
    return replace(relation, columns=named or relation.columns[:1])


def empty_views(relations: Sequence[GovernedRelation]) -> list[str]:
    """Return statements that make each relation with its names and types, and without rows."""
    return [
        *_schemas(relations),
        *(
            f"CREATE VIEW {_name(relation)} AS SELECT "
            + ", ".join(
                f"CAST(NULL AS {c.native or SQL_TYPES[treated_type(c.type, c.treatment)]})"
                f" AS {identifier(c.name)}"
                for c in _served(relation)
            )
            + " WHERE false"
            for relation in relations
        ),
    ]


def views(
    relations: Sequence[tuple[GovernedRelation, Located]],
    answers: Sequence[GovernedRelation],
    barrier: Callable[[GovernedRelation], bool],
    lowered: Callable[[GovernedRelation], str],
) -> list[str]:
    """Return statements that make each relation over its files, or over what a peer answered.

    The worker knows an answer by its number (`answer_table`). `barrier` says whether hidden rows
    need one; `lowered` gives a condition that may stand below it, or nothing.
    """
    return [
        *_schemas([*(relation for relation, _ in relations), *answers]),
        *(
            f"CREATE VIEW {_name(relation)} AS {answer_select(relation, number)}"
            for number, relation in enumerate(answers)
        ),
        *(
            f"CREATE VIEW {_name(relation)} AS "
            + governed_select(relation, located, barrier(relation), lowered(relation))
            for relation, located in relations
        ),
    ]


def answer_table(number: int) -> str:
    """Return the name under which the worker finds what a peer answered."""
    return f"fairway_answer_{number}"


def answer_select(relation: GovernedRelation, number: int) -> str:
    """Return the SELECT behind a relation that a peer answered; it is treated already."""
    columns = ", ".join(
        f"CAST({identifier(c.name)} AS {c.native}) AS {identifier(c.name)}"
        for c in relation.columns
    )
    return f"SELECT {columns} FROM {answer_table(number)}"  # nosec B608 # noqa: S608 - every name is quoted


def governed_select(
    relation: GovernedRelation, located: Located, barrier: bool, lowered: str = ""
) -> str:
    """Return the SELECT behind a relation."""
    types = dict(relation.scope_types) | {c.name: c.type for c in relation.columns}
    columns = ", ".join(
        f"{treated(column, relation.key)} AS {identifier(column.name)}"
        for column in _served(relation)
    )
    where = f" WHERE {condition(relation.scope, types)}" if relation.scope else ""
    # Every name and text in it is quoted; see `identifier` and `text`.
    sql = f"SELECT {columns} FROM ({reading(located, types)}) AS source{where}"  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
    if lowered:
        sql = f"SELECT * FROM ({sql}) AS governed WHERE {lowered}"  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
    return f"{sql} {_BARRIER}" if barrier else sql


def selection(located: Located, wanted: Wanted) -> str:
    """Return the SELECT of what a query needs of files that another process reads for it."""
    types = dict(wanted.columns)
    columns = ", ".join(map(identifier, types))
    tests = [condition(part, types) for part in (wanted.scope, wanted.condition) if part]
    where = f" WHERE {' AND '.join(tests)}" if tests else ""
    return f"SELECT {columns} FROM ({reading(located, types)}) AS source{where}"  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound


def reading(located: Located, types: dict[str, LogicalType]) -> str:
    """Return the SELECT of a source's columns as they lie, under their names and logical types."""
    if located.files and not located.parts:
        return _read(located, located.files, types, DataFile(""))
    alike: dict[Any, list[str]] = {}
    for part in located.parts:
        look = (part.names, part.constants, part.deleted, part.path if part.deleted else "")
        alike.setdefault(look, []).append(part.path)
    if not alike:
        nulls = ", ".join(
            f"CAST(NULL AS {SQL_TYPES[kind]}) AS {identifier(name)}" for name, kind in types.items()
        )
        return f"SELECT {nulls} WHERE false"
    return " UNION ALL ".join(
        _read(located, paths, types, DataFile("", names, constants, deleted))
        for (names, constants, deleted, _), paths in alike.items()
    )


def _read(
    located: Located, paths: Sequence[str], types: dict[str, LogicalType], like: DataFile
) -> str:
    """Return the SELECT over files that are read alike."""
    inside = {name.casefold(): found for name, found in like.names}
    constants = {name.casefold(): value for name, value in like.constants}

    def column(name: str, kind: LogicalType) -> str:
        folded = name.casefold()
        if folded in constants:
            value = constant(constants[folded], kind)
            sql = "NULL" if value is None else _constant(value, kind)
        else:
            found = inside.get(folded, name)
            sql = identifier(found) if found else "NULL"
        return f"CAST({sql} AS {SQL_TYPES[kind]}) AS {identifier(name)}"

    columns = ", ".join(column(name, kind) for name, kind in types.items())
    # Every name and text in it is quoted; see `identifier` and `text`.
    sql = f"SELECT {columns} FROM {_scan(located, paths, types, bool(like.deleted))}"  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
    if like.deleted:
        places = ", ".join(map(str, like.deleted))
        sql += f" WHERE file_row_number NOT IN ({places})"
    return sql


def _scan(
    located: Located, paths: Sequence[str], types: dict[str, LogicalType], numbered: bool
) -> str:
    """Return the table function that reads the files; `numbered` adds each row's place."""
    files = ", ".join(text(path) for path in paths)
    if not located.header:
        # Most writers leave NaN out of a file's statistics. Without being told, the engine takes
        # these as complete, and shows a row of NaN where `x < 1` must hide it.
        number = ", file_row_number = true" if numbered else ""
        return f"read_parquet([{files}], hive_partitioning = false, can_have_nan = true{number})"
    wanted = {name.casefold(): kind for name, kind in types.items()}
    columns = ", ".join(
        f"{text(name)}: '{SQL_TYPES[wanted.get(name.casefold(), LogicalType.STRING)]}'"
        for name in located.header
    )
    return (
        f"read_csv([{files}], auto_detect = false, header = true,"
        f" delim = {text(located.delimiter)}, quote = '\"', escape = '\"',"
        f" hive_partitioning = false, columns = {{{columns}}})"
    )


def _schemas(relations: Iterable[GovernedRelation]) -> list[str]:
    domains = dict.fromkeys(relation.domain for relation in relations)
    return [f"CREATE SCHEMA IF NOT EXISTS {identifier(domain)}" for domain in domains]


def _name(relation: GovernedRelation) -> str:
    return f"{identifier(relation.domain)}.{identifier(relation.table)}"


def _served(relation: GovernedRelation) -> list[GovernedColumn]:
    return [c for c in relation.columns if c.treatment.kind is not Kind.DROP]


# -------------------------------------------------------------------- treatments


def treated(column: GovernedColumn, key: bytes | None) -> str:
    """Return the expression of a column after treatment; see `rules.treatments.apply`."""
    name, amount = identifier(column.name), column.treatment.amount or 1
    match column.treatment.kind:
        case Kind.KEEP:
            return name
        case Kind.ROUND | Kind.BAND:
            return _measured(name, column.type, amount, column.treatment.kind)
        case Kind.YEAR:
            return f"year({name})"
        case Kind.PREFIX:
            return f"left({name}, {amount})"
        case Kind.PSEUDONYM:
            if key is None:
                raise ValueError("a pseudonym needs a key")
            return _pseudonym(name, key)
        case _:
            return f"CAST(NULL AS {SQL_TYPES[column.type]})"


def _measured(name: str, kind: LogicalType, amount: int, measure: Kind) -> str:
    """Round or band without any way to fail: the multiple towards zero, then one step if needed."""
    if kind is LogicalType.INTEGER:
        rest = f"({name} % {amount})"
        down = (
            f"CASE WHEN {name} - {rest} >= {INTEGER_MIN + amount} THEN {name} - {rest} - {amount}"
            f" ELSE CAST({INTEGER_MIN} AS BIGINT) END"
        )
        up = (
            f"CASE WHEN {name} - {rest} <= {INTEGER_MAX - amount} THEN {name} - {rest} + {amount}"
            f" ELSE {INTEGER_MAX} END"
        )
    else:
        rest = f"({name} % CAST({amount} AS DOUBLE))"
        down, up = f"{name} - {rest} - {amount}", f"{name} - {rest} + {amount}"
    if measure is Kind.BAND:
        sql = f"CASE WHEN {rest} < 0 THEN {down} ELSE {name} - {rest} END"
    else:
        sql = (
            f"CASE WHEN 2 * {rest} >= {amount} THEN {up}"
            f" WHEN 2 * {rest} < -{amount} THEN {down} ELSE {name} - {rest} END"
        )
    if kind is LogicalType.INTEGER:
        return sql
    return f"CASE WHEN abs({name}) < {EXACT_BELOW:.0f} THEN {sql} END"


def _pseudonym(name: str, key: bytes) -> str:
    """HMAC-SHA256 from its definition: the padded key goes in front of text and of inner hash."""
    inner, outer = hmac_blocks(key)
    content = f"unhex('{inner.hex()}') || encode(CAST({name} AS VARCHAR))"
    return f"left(sha256(unhex('{outer.hex()}') || unhex(sha256({content}))), {PSEUDONYM_LENGTH})"


# -------------------------------------------------------------------- scopes


def condition(scope: Scope, types: dict[str, LogicalType]) -> str:
    """Return a scope as a condition over the columns of the source."""
    return written(scope, identifier, lambda column, value: _constant(value, types[column]))


def _constant(value: Value, kind: LogicalType) -> str:
    if kind is LogicalType.INTEGER and isinstance(value, int) and not isinstance(value, bool):
        if not INTEGER_MIN <= value <= INTEGER_MAX:
            return f"CAST('{value}' AS HUGEINT)"
        return f"CAST('{value}' AS BIGINT)"
    if kind is LogicalType.NUMBER and isinstance(value, int | float):
        return f"CAST('{float(value)!r}' AS DOUBLE)"
    if kind is LogicalType.BOOLEAN:
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"CAST({text(value.isoformat(sep=' '))} AS TIMESTAMP)"
    if isinstance(value, date):
        return f"CAST({text(value.isoformat())} AS {SQL_TYPES[kind]})"
    return text(str(value))
