"""Splitting a query over several nodes: what each peer works out itself, and the rest.

The largest SELECT that reads the products of one peer only, and nothing that is defined outside it,
goes to that peer as it stands: its filters, projections and sums are done where the data lies, and
its result alone comes back. Of every other product at a peer come the columns that the query names
and the rows that it cannot do without. A peer checks what it is asked like any other query.

A SELECT that refers to the query around it does not bind alone, and stays; where the rest would not
give the very columns that the query gives, only whole products are fetched.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from fairway.engines.compile import SQL_TYPES, identifier
from fairway.engines.totality import Totality
from fairway.engines.tree import lower
from fairway.nouns.errors import FairwayError
from fairway.nouns.peers import Part, Split
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.queries import Field, ParsedQuery
from fairway.nouns.relations import GovernedColumn, GovernedRelation
from fairway.nouns.treatments import KEEP, Kind
from fairway.rules.treatments import treated_type

PARTS = "fairway parts"
"""The schema in which the rest finds the answers. No domain can have such a name."""

MOST_PARTS = 24

_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE"})
_TYPE = re.compile(r"[A-Z][A-Z0-9_]*(?:\([0-9]+(?:,[0-9]+)?\))?(?: WITH TIME ZONE)?")
_LOGICAL = {name: kind for kind, name in SQL_TYPES.items()}
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")

Node = Mapping[str, Any]


class _Gate(Protocol):
    """What is needed of the gate."""

    def parse(self, sql: str) -> ParsedQuery: ...
    def bind(
        self, query: ParsedQuery, relations: Sequence[GovernedRelation]
    ) -> Sequence[Field]: ...
    def write(self, node: Node) -> str:
        """Return the SQL of a query's tree."""


def split(
    gate: _Gate,
    query: ParsedQuery,
    relations: Sequence[GovernedRelation],
    owners: Mapping[str, str],
) -> Split:
    """Split a query. `owners` names the peer of each product that lies at one."""
    fields = [(f.name, f.type) for f in gate.bind(query, relations)]
    for with_queries in (True, False):
        found = _Splitter(gate, query, relations, owners)
        try:
            done = found.split(with_queries=with_queries)
            bound = [(f.name, f.type) for f in gate.bind(done.rest, done.relations)]
        except FairwayError:
            if with_queries:
                continue
            raise
        if bound == fields or not with_queries:
            return done
    raise AssertionError("whole products are always an answer")


class _Splitter:
    """One query being split."""

    def __init__(
        self,
        gate: _Gate,
        query: ParsedQuery,
        relations: Sequence[GovernedRelation],
        owners: Mapping[str, str],
    ) -> None:
        self._gate = gate
        self._query = query
        self._relations = {f"{lower(r.domain)}.{lower(r.table)}": r for r in relations}
        self._owners = owners
        self._parts: list[Part] = []
        self._answers: list[GovernedRelation] = []

    def split(self, *, with_queries: bool) -> Split:
        rest = self._query
        if with_queries:
            tree = self._without(self._query.tree)
            if self._parts:
                rest = self._gate.parse(self._gate.write(tree))
        left = [self._left(name, rest) for name in _reads(rest.tree, frozenset())[0]]
        return Split(
            tuple(self._parts),
            rest,
            (*self._answers, *(relation for relation in left if relation is not None)),
        )

    # ---------------------------------------------------------------- whole SELECTs

    def _without(self, value: Any) -> Any:
        """Return a tree in which every SELECT that a peer can answer is replaced by its answer."""
        if isinstance(value, list):
            return [self._without(v) for v in value]
        if not isinstance(value, dict):
            return value
        if value.get("type") in _QUERIES:
            answered = self._answered(value)
            if answered is not None:
                return answered
        return {key: self._without(v) for key, v in value.items()}

    def _answered(self, node: Node) -> Node | None:
        """Have a peer answer a SELECT, if one can; return the SELECT of its answer."""
        products, free = _reads(node, frozenset())
        peers = {self._owners.get(name) for name in products}
        peer = peers.pop() if len(peers) == 1 else None
        if peer is None or free or len(self._parts) >= MOST_PARTS:
            return None
        used = [self._relations[name] for name in sorted(products)]
        try:
            sql = self._gate.write(node)
            alone = self._gate.parse(sql)
            fields = self._gate.bind(alone, used)
        except FairwayError:
            return None  # it refers to the query around it, or cannot be written alone
        names = [lower(f.name) for f in fields]
        if len(set(names)) < len(names) or not all(_TYPE.fullmatch(f.type) for f in fields):
            return None
        self._add(peer, sql, tuple(sorted(products)), fields)
        table = self._parts[-1].table
        written = f"SELECT * FROM {identifier(PARTS)}.{identifier(table)}"  # nosec B608 # noqa: S608 - names are ours or quoted, values are bound
        answer: Node = self._gate.parse(written).tree
        return answer

    def _add(self, peer: str, sql: str, products: tuple[str, ...], fields: Sequence[Field]) -> None:
        table = f"p{len(self._parts) + 1}"
        typed = tuple((f.name, f.type) for f in fields)
        self._parts.append(Part(peer, sql, PARTS, table, products, typed))
        self._answers.append(_answer(PARTS, table, peer, typed))

    # ---------------------------------------------------------------- whole products

    def _left(self, name: str, rest: ParsedQuery) -> GovernedRelation | None:
        """Return the relation of a product that the rest reads, asked of its peer if need be."""
        relation = self._relations.get(name)
        peer = self._owners.get(name)
        if relation is None or peer is None:
            return relation  # None for the answer of a part, which is among the answers already
        served = [c for c in relation.columns if c.treatment.kind is not Kind.DROP]
        columns = [c for c in served if rest.stars or c.name.casefold() in rest.names]
        columns = columns or served[:1]  # to count rows, any column will do
        listed = ", ".join(identifier(c.name) for c in columns)
        table = f"{_name(relation.domain)}.{_name(relation.table)}"
        sql = f"SELECT {listed} FROM {table}"  # nosec B608 # noqa: S608 - every name is quoted
        wanted = Totality(rest.tree, tuple(self._relations.values())).demanded(relation)
        if wanted:
            sql = f"{sql} WHERE {wanted}"
        typed = tuple((c.name, SQL_TYPES[treated_type(c.type, c.treatment)]) for c in columns)
        self._parts.append(Part(peer, sql, relation.domain, relation.table, (name,), typed))
        return _answer(relation.domain, relation.table, peer, typed)


def _answer(
    domain: str, table: str, peer: str, fields: Sequence[tuple[str, str]]
) -> GovernedRelation:
    """Return the relation of an answer that is yet to come."""
    columns = tuple(
        GovernedColumn(name, _LOGICAL.get(kind, LogicalType.STRING), KEEP, native=kind)
        for name, kind in fields
    )
    return GovernedRelation(domain, table, Source("peer", "arrow", peer), columns, origin=peer)


def _name(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else identifier(name)


def _reads(value: Any, bound: frozenset[str]) -> tuple[dict[str, None], set[str]]:
    """Return the products that a tree reads, and the names of tables defined outside it."""
    products: dict[str, None] = {}
    free: set[str] = set()

    def read(inner: Any, names: frozenset[str]) -> None:
        found, missing = _reads(inner, names)
        products.update(found)
        free.update(missing)

    if isinstance(value, list):
        for item in value:
            read(item, bound)
    if not isinstance(value, dict):
        return products, free
    if value.get("type") == "BASE_TABLE":
        table = lower(str(value.get("table_name", "")))
        if "schema_name" in value:
            products[f"{lower(value['schema_name'])}.{table}"] = None
        elif table not in bound:
            free.add(table)
    for entry in value.get("cte_map", {}).get("map", ()) if "cte_map" in value else ():
        read(entry["value"]["query_node"], bound)
        bound |= {lower(entry["key"])}
    for key, item in value.items():
        if key != "cte_map":
            read(item, bound)
    return products, free
