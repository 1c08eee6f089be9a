"""What engines say of a query before they run it. Nothing here reads data."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from fairway.engines.compile import narrowed
from fairway.engines.folding import folded
from fairway.engines.totality import Totality
from fairway.nouns.plans import EnginePlan, RelationPlan
from fairway.nouns.products import Source
from fairway.nouns.queries import ParsedQuery
from fairway.nouns.relations import GovernedRelation, Located
from fairway.rules.pruning import pruned, tells_nothing, values

FETCHED = "fetched"
"""The kind of a source whose rows are brought into a file for one query."""


def plan(
    engine: str,
    query: ParsedQuery,
    relations: Sequence[GovernedRelation],
    locate: Callable[[Source], Located],
    *,
    lowers: bool = True,
    cautious: bool = False,
) -> EnginePlan:
    """Return the plan of an engine that reads files in place.

    `lowers` says whether it writes conditions below a barrier; `cautious` whether it puts one up
    before every scope, for a reason of its own. What peers answer is treated at its source and not
    in the plan.
    """
    narrow = [narrowed(query, r) if r.content is None else r for r in relations]
    totality = Totality(query.tree, narrow)
    unfolded = bool(totality.folds) and folded(query.sql, query.tree, totality.folds) is None
    found = []
    for granted, relation in zip(relations, narrow, strict=True):
        if relation.content is not None:
            continue
        barrier = relation.scope is not None and (
            totality.barrier(relation) or unfolded or cautious
        )
        found.append(
            replace(
                _reading(granted, relation, locate),
                barrier=barrier,
                below=totality.lowered(relation) if lowers else "",
            )
        )
    above = totality.above if any(one.barrier for one in found) else []
    return EnginePlan(engine, tuple(found), tuple(above))


def _reading(
    relation: GovernedRelation, narrow: GovernedRelation, locate: Callable[[Source], Located]
) -> RelationPlan:
    name = f"{relation.domain}.{relation.table}"
    columns = tuple(column.name for column in narrow.columns)
    if relation.source.kind == FETCHED:
        return RelationPlan(name, columns, fetched=True)
    kept = pruned(relation, locate(relation.source))
    if not tells_nothing(relation, kept):
        return RelationPlan(name, columns)
    return RelationPlan(name, columns, len(kept.files), values(relation, kept))
