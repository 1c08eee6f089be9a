"""Plans: what a query would read, where, and under which terms, told without running it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairway.nouns.queries import Field


@dataclass(frozen=True, slots=True)
class RelationPlan:
    """What an engine would read of one product.

    `files` is how many, None where the number would tell of rows outside the agreement; the same
    holds for `partitions`, one text each. `barrier` says whether the query's own conditions wait
    above the row scope; `below` is what of them goes below it all the same, empty for nothing.
    `fetched` says that the rows are brought from a database first.
    """

    product: str
    columns: tuple[str, ...]
    files: int | None = None
    partitions: tuple[str, ...] = ()
    barrier: bool = False
    below: str = ""
    fetched: bool = False


@dataclass(frozen=True, slots=True)
class EnginePlan:
    """What an engine says that it would do, and why it is that engine.

    `above` are the conditions that can fail on a row, as parts of the query's tree; None for one
    that has no text of its own.
    """

    engine: str
    relations: tuple[RelationPlan, ...]
    above: tuple[Mapping[str, Any] | None, ...] = ()
    why: str = "It is the only engine of this node."


@dataclass(frozen=True, slots=True)
class ProductPlan:
    """Under which terms a product would be read, and what of it.

    `agreements` are none for an open product, `rows` for every row, `version` where the source
    keeps no states. `columns` are those granted, with their treatments. `peer` is the node where it
    lies, if it lies elsewhere; then `read` is None.
    """

    product: str
    agreements: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    rows: str
    version: str
    peer: str
    read: RelationPlan | None


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """The plan of one query. `parts` are what other nodes would be asked, as (node, SQL)."""

    id: str
    engine: str
    why: str
    reasons: tuple[str, ...]
    fields: tuple[Field, ...]
    products: tuple[ProductPlan, ...]
    above: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
