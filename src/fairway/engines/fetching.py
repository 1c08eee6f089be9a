"""Products that engines cannot read in place: what one query needs is fetched first, and no more.

Columns that the query does not name, and rows that the scope hides or that the query's plain
comparisons leave out, stay where they are. The engine then reads what was fetched as it reads any
file: with the scope, the barrier and the treatments, all over again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fairway.engines.compile import narrowed
from fairway.engines.plans import FETCHED
from fairway.engines.tree import lower
from fairway.nouns.plans import EnginePlan
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.queries import Chunk, Limits, ParsedQuery
from fairway.nouns.relations import GovernedRelation, Wanted
from fairway.nouns.scopes import AllOf, Comparison, Operator, Scope, Value
from fairway.nouns.treatments import Kind
from fairway.rules.scope_text import to_text
from fairway.verbs.cancelling import Attach, Cancellation
from fairway.verbs.ports import PlanningEngine, ResultStream

_SIGNS = {
    "COMPARE_EQUAL": Operator.EQUAL,
    "COMPARE_LESSTHAN": Operator.LESS,
    "COMPARE_LESSTHANOREQUALTO": Operator.LESS_OR_EQUAL,
    "COMPARE_GREATERTHAN": Operator.GREATER,
    "COMPARE_GREATERTHANOREQUALTO": Operator.GREATER_OR_EQUAL,
}
_MOST_DIGITS = 18


class FetchingEngine:
    """Implements `verbs.ports.Engine` by another one, over sources of some kinds.

    `fetch` brings what is wanted of such a source into a file, and says how it is stopped. A
    relation may fetch as many bytes as a query may work in.
    """

    def __init__(
        self,
        inner: PlanningEngine,
        kinds: frozenset[str],
        fetch: Callable[[Source, Wanted, Attach], Path],
    ) -> None:
        self._inner = inner
        self._kinds = kinds
        self._fetch = fetch

    def run(
        self, query: ParsedQuery, relations: Sequence[GovernedRelation], limits: Limits
    ) -> ResultStream:
        if not any(relation.source.kind in self._kinds for relation in relations):
            return self._inner.run(query, relations, limits)

        def start(fetching: "_Fetched") -> ResultStream:
            here = [self._brought(query, one, limits, fetching) for one in relations]
            return self._inner.run(query, here, limits)

        return _Fetched(start)

    def plan(self, query: ParsedQuery, relations: Sequence[GovernedRelation]) -> EnginePlan:
        """Return what a query would do: what is asked of databases, and the other engine's plan."""
        plan = self._inner.plan(query, [self._planned(r) for r in relations])
        asked = {
            f"{r.domain}.{r.table}": condition
            for r in relations
            if r.source.kind in self._kinds and (condition := demanded(query, r)) is not None
        }
        return replace(
            plan,
            relations=tuple(
                replace(one, below=to_text(asked[one.product])) if one.product in asked else one
                for one in plan.relations
            ),
        )

    def _planned(self, relation: GovernedRelation) -> GovernedRelation:
        if relation.source.kind not in self._kinds:
            return relation
        return replace(relation, source=Source(FETCHED, "parquet", ""))

    def warm(self) -> None:
        """Make the engine ready for its first query, where it can be."""
        if hasattr(self._inner, "warm"):
            self._inner.warm()

    def _brought(
        self, query: ParsedQuery, relation: GovernedRelation, limits: Limits, fetching: "_Fetched"
    ) -> GovernedRelation:
        """Return a relation over what was fetched of its source, without columns not named."""
        if relation.source.kind not in self._kinds:
            return relation
        used = narrowed(query, relation)
        columns = dict(used.scope_types) | {column.name: column.type for column in used.columns}
        wanted = Wanted(
            tuple(columns.items()),
            relation.scope,
            demanded(query, relation),
            limits.seconds,
            limits.memory,
        )
        fetching.files.append(self._fetch(relation.source, wanted, fetching.attach))
        source = Source(FETCHED, "parquet", str(fetching.files[-1]))
        return replace(used, source=source)


def demanded(query: ParsedQuery, relation: GovernedRelation) -> Scope | None:
    """Return what a plain query demands of a relation's rows by comparing columns with constants.

    Read off one SELECT over the one relation alone; only columns that are served as they are.
    """
    tree: Mapping[str, Any] = query.tree
    source = tree.get("from_table", {})
    if tree.get("type") != "SELECT_NODE" or source.get("type") != "BASE_TABLE":
        return None
    if tree.get("cte_map", {}).get("map") or source.get("column_name_alias"):
        return None
    waiting = [tree["where_clause"]] if "where_clause" in tree else []
    types = {
        lower(column.name): (column.name, column.type)
        for column in relation.columns
        if column.treatment.kind is Kind.KEEP
    }
    found: list[Scope] = []
    while waiting:
        node = waiting.pop()
        if node.get("type") == "CONJUNCTION_AND":
            waiting.extend(node["children"])
        elif (part := _comparison(node, types)) is not None:
            found.append(part)
    if not found:
        return None
    return AllOf(tuple(found)) if len(found) > 1 else found[0]


def _comparison(
    node: Mapping[str, Any], types: Mapping[str, tuple[str, LogicalType]]
) -> Comparison | None:
    sign = _SIGNS.get(str(node.get("type")))
    left = node.get("left", {})
    if sign is None or left.get("class") != "COLUMN_REF" or len(left["column_names"]) != 1:
        return None
    known = types.get(lower(left["column_names"][0]))
    value = _constant(node["right"], known[1]) if known else None
    return Comparison(known[0], sign, value) if known and value is not None else None


def _constant(node: Mapping[str, Any], kind: LogicalType) -> Value | None:
    """Return a constant that is of a column's own type; None for any other."""
    if node.get("class") == "CAST":
        named = lower(str(node.get("type_expr", {}).get("type_name")))
        if named != kind.value or named not in {"date", "timestamp"}:
            return None
        node = node["child"]
    literal = node.get("literal", {}) if node.get("class") == "CONSTANT" else {}
    written = str(literal.get("text", ""))
    match literal.get("kind"), kind:
        case "INTEGER", LogicalType.INTEGER if len(written) <= _MOST_DIGITS:
            return int(written)
        case "STRING", LogicalType.STRING if "\0" not in written:
            return written
        case "STRING", LogicalType.DATE | LogicalType.TIMESTAMP:
            with suppress(ValueError):
                if kind is LogicalType.DATE:
                    return date.fromisoformat(written)
                moment = datetime.fromisoformat(written)
                return moment if moment.tzinfo is None else None
    return None


class _Fetched:
    """Implements `verbs.ports.ResultStream`: what is fetched first, then another one over it.

    It fetches when it is read, so that fetching can be stopped like all else. `engine` is empty
    until then. Its files go when it does.
    """

    def __init__(self, start: Callable[["_Fetched"], ResultStream]) -> None:
        self._start = start
        self._stream: ResultStream | None = None
        self._work = Cancellation()
        self.attach, self.stop = self._work.attach, self._work.cancel
        self.files: list[Path] = []
        self.engine = ""
        self.rows = 0

    def __iter__(self) -> Iterator[Chunk]:
        try:
            self._stream = stream = self._start(self)
            self.engine = stream.engine
            self.attach(stream.stop)
            for chunk in stream:
                self.rows = stream.rows
                yield chunk
            self.rows = stream.rows
        finally:
            self.close()

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        for file in self.files:
            with suppress(OSError):
                file.unlink(missing_ok=True)

    def __del__(self) -> None:
        self.close()
