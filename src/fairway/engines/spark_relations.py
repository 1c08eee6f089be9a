"""Governed relations as Spark SQL: the same rows and values as `compile` has the default engine
give, from the same rules.

A view's SQL reads prepared sources (`Prepared`), keeps the rows of the scope, puts every column
through its treatment, and may end in a barrier.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fairway.engines.spark_expressions import gap, name, quoted
from fairway.nouns.products import LogicalType
from fairway.nouns.relations import DataFile, GovernedColumn, GovernedRelation, Located
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

SPARK_TYPES = {
    LogicalType.STRING: "STRING",
    LogicalType.INTEGER: "BIGINT",
    LogicalType.NUMBER: "DOUBLE",
    LogicalType.BOOLEAN: "BOOLEAN",
    LogicalType.DATE: "DATE",
    LogicalType.TIMESTAMP: "TIMESTAMP_NTZ",
}


@dataclass(frozen=True)
class Prepared:
    """Files that are read alike, under the name of the view that Spark knows them by."""

    view: str
    like: DataFile
    paths: tuple[str, ...]


def prepare(located: Located, prefix: str) -> list[Prepared]:
    """Group a source's files by how they are read. Raises `Unavailable engine.gap` for CSV."""
    if located.header:
        raise gap("delimited text, whose quotes and empty values it reads in another way")
    groups: dict[DataFile, list[str]] = {}
    for part in located.parts or [DataFile(path) for path in located.files]:
        like = DataFile(part.path if part.deleted else "", part.names, part.constants, part.deleted)
        groups.setdefault(like, []).append(part.path)
    return [
        Prepared(f"{prefix}_{i}", like, tuple(paths))
        for i, (like, paths) in enumerate(groups.items())
    ]


def needed(relation: GovernedRelation) -> dict[str, LogicalType]:
    """Return the columns of the source that a relation reads, by name."""
    return dict(relation.scope_types) | {c.name: c.type for c in relation.columns}


def inside(like: DataFile, column: str) -> str:
    """Return what a column is called in the files; nothing where it is not read from them."""
    folded = column.casefold()
    if any(folded == given.casefold() for given, _ in like.constants):
        return ""
    return next((found for given, found in like.names if given.casefold() == folded), column)


def governed_select(relation: GovernedRelation, sources: Sequence[Prepared], barrier: str) -> str:
    """Return the SELECT behind a relation. `barrier` stands between it and the query, if any."""
    types = needed(relation)
    columns = ", ".join(
        f"{treated(column, relation.key)} AS {name(column.name)}"
        for column in relation.columns
        if column.treatment.kind is not Kind.DROP
    )
    where = f" WHERE {condition(relation.scope, types)}" if relation.scope else ""
    # Every name and text in it is quoted; see `name` and `quoted`.
    kept = f"SELECT * FROM ({_reading(sources, types)}) AS source{where}"  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
    return f"SELECT {columns} FROM (SELECT * FROM ({kept}) AS kept {barrier}) AS seen"  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound


def _reading(sources: Sequence[Prepared], types: dict[str, LogicalType]) -> str:
    if not sources:
        nulls = ", ".join(
            f"CAST(NULL AS {SPARK_TYPES[kind]}) AS {name(column)}" for column, kind in types.items()
        )
        return f"SELECT {nulls} WHERE false"
    return " UNION ALL ".join(_read(source, types) for source in sources)


def _read(source: Prepared, types: dict[str, LogicalType]) -> str:
    constants = {given.casefold(): value for given, value in source.like.constants}

    def column(given: str, kind: LogicalType) -> str:
        if given.casefold() in constants:
            value = constant(constants[given.casefold()], kind)
            sql = "NULL" if value is None else _constant(value, kind)
        else:
            found = inside(source.like, given)
            sql = name(found) if found else "NULL"
        sql = f"CAST({sql} AS {SPARK_TYPES[kind]})"
        if kind is LogicalType.NUMBER:
            # Statistics of files leave NaN out, and a filter that looks at them would lose its
            # rows, or show them. This gives every value back as it is, and nothing sees through it.
            sql = f"nanvl({sql}, {sql})"
        return f"{sql} AS {name(given)}"

    columns = ", ".join(column(given, kind) for given, kind in types.items())
    return f"SELECT {columns} FROM {source.view}"  # nosec B608 # noqa: S608 - names are ours or quoted


def undeleted(source: Prepared) -> str:
    """Return the condition of rows that the source has not deleted, for its files alone.

    It goes into the view itself, since places in a file are not seen through a view's name.
    """
    places = ", ".join(f"{place}L" for place in source.like.deleted)
    return f"_metadata.row_index NOT IN ({places})"


# -------------------------------------------------------------------- treatments


def treated(column: GovernedColumn, key: bytes | None) -> str:
    """Return the expression of a column after treatment; see `rules.treatments.apply`."""
    given, amount = name(column.name), column.treatment.amount or 1
    match column.treatment.kind:
        case Kind.KEEP:
            return given
        case Kind.ROUND | Kind.BAND:
            return _measured(given, column.type, amount, column.treatment.kind)
        case Kind.YEAR:
            return f"CAST(year({given}) AS BIGINT)"
        case Kind.PREFIX:
            return f"left({given}, {amount})"
        case Kind.PSEUDONYM:
            if column.type is LogicalType.NUMBER:
                raise gap("pseudonyms of numbers, which it writes as text in another way")
            if key is None:
                raise ValueError("a pseudonym needs a key")
            return _pseudonym(given, key)
        case _:
            kind = treated_type(column.type, column.treatment)
            return f"CAST(NULL AS {SPARK_TYPES[kind]})"


def _measured(given: str, kind: LogicalType, amount: int, measure: Kind) -> str:
    """Round or band without any way to fail: the multiple towards zero, then one step if needed."""
    whole = kind is LogicalType.INTEGER
    unit = f"{amount}L" if whole else f"CAST({amount} AS DOUBLE)"
    rest = f"({given} % {unit})"
    down, up = f"{given} - {rest} - {unit}", f"{given} - {rest} + {unit}"
    if whole:
        low, high = f"CAST('{INTEGER_MIN}' AS BIGINT)", f"{INTEGER_MAX}L"
        first = f"CAST('{INTEGER_MIN + amount}' AS BIGINT)"
        down = f"CASE WHEN {given} - {rest} >= {first} THEN {down} ELSE {low} END"
        up = f"CASE WHEN {given} - {rest} <= {INTEGER_MAX - amount}L THEN {up} ELSE {high} END"
    if measure is Kind.BAND:
        sql = f"CASE WHEN {rest} < 0 THEN {down} ELSE {given} - {rest} END"
    else:
        sql = (
            f"CASE WHEN 2 * {rest} >= {unit} THEN {up}"
            f" WHEN 2 * {rest} < -{unit} THEN {down} ELSE {given} - {rest} END"
        )
    if whole:
        return sql
    return f"CASE WHEN abs({given}) < CAST({EXACT_BELOW:.0f} AS DOUBLE) THEN {sql} END"


def _pseudonym(given: str, key: bytes) -> str:
    """HMAC-SHA256 from its definition: the padded key goes in front of text and of inner hash."""
    inner, outer = hmac_blocks(key)
    content = f"concat(X'{inner.hex()}', encode(CAST({given} AS STRING), 'UTF-8'))"
    mac = f"sha2(concat(X'{outer.hex()}', unhex(sha2({content}, 256))), 256)"
    return f"left({mac}, {PSEUDONYM_LENGTH})"


# -------------------------------------------------------------------- scopes


def condition(scope: Scope, types: dict[str, LogicalType]) -> str:
    """Return a scope as a condition over the columns of the source."""
    return written(scope, name, lambda column, value: _constant(value, types[column]))


def _constant(value: Value, kind: LogicalType) -> str:
    if kind is LogicalType.INTEGER and isinstance(value, int) and not isinstance(value, bool):
        fits = INTEGER_MIN <= value <= INTEGER_MAX
        return f"CAST('{value}' AS {'BIGINT' if fits else 'DECIMAL(38,0)'})"
    if kind is LogicalType.NUMBER and isinstance(value, int | float):
        return f"CAST('{float(value)!r}' AS DOUBLE)"
    if kind is LogicalType.BOOLEAN:
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"CAST('{value.isoformat(sep=' ')}' AS TIMESTAMP_NTZ)"
    if isinstance(value, date):
        return f"CAST('{value.isoformat()}' AS {SPARK_TYPES[kind]})"
    return quoted(str(value))
