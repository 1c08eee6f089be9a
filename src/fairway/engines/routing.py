"""Which engine a query goes to: the default one, or Spark for what is large.

A query goes to Spark when the files that its relations may read, after those that no scope can show
are left out, come to more than a bound. What Spark does not know to answer alike goes to the
default engine after all; that is decided from the query's text, before anything runs.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from fairway.engines.plans import FETCHED
from fairway.nouns.errors import FairwayError
from fairway.nouns.plans import EnginePlan
from fairway.nouns.products import Source
from fairway.nouns.queries import Limits, ParsedQuery
from fairway.nouns.relations import GovernedRelation, Located
from fairway.rules.pruning import pruned
from fairway.verbs.ports import PlanningEngine, ResultStream


class RoutingEngine:
    """Implements `verbs.ports.Engine` by two others. `above` is in bytes of files."""

    def __init__(
        self,
        default: PlanningEngine,
        large: PlanningEngine,
        locate: Callable[[Source], Located],
        above: int,
    ) -> None:
        self._default = default
        self._large = large
        self._locate = locate
        self._above = above

    def run(
        self, query: ParsedQuery, relations: Sequence[GovernedRelation], limits: Limits
    ) -> ResultStream:
        if self._fits(relations):
            return self._default.run(query, relations, limits)
        try:
            return self._large.run(query, relations, limits)
        except FairwayError as error:
            if error.code != "engine.gap":
                raise
            return self._default.run(query, relations, limits)

    def plan(self, query: ParsedQuery, relations: Sequence[GovernedRelation]) -> EnginePlan:
        """Return the plan of the engine to which a query would go, and why to that one."""
        bound = f"{self._above:,} bytes (spark.above)"
        if self._fits(relations):
            why = f"What is read is no larger than {bound}, or other nodes answer for it."
            return replace(self._default.plan(query, relations), why=why)
        try:
            why = f"What is read is larger than {bound}."
            return replace(self._large.plan(query, relations), why=why)
        except FairwayError as error:
            if error.code != "engine.gap":
                raise
            why = f"What is read is larger than {bound}, but: {error.message}"
            return replace(self._default.plan(query, relations), why=why)

    def _fits(self, relations: Sequence[GovernedRelation]) -> bool:
        answered = any(r.content is not None for r in relations)  # by a peer: it is here already
        return answered or self._size(relations) <= self._above

    def warm(self) -> None:
        """Make the default engine ready for its first query, where it can be."""
        if hasattr(self._default, "warm"):
            self._default.warm()

    def _size(self, relations: Sequence[GovernedRelation]) -> int:
        total = 0
        for relation in relations:
            if relation.source.kind == FETCHED and not relation.source.location:
                continue  # planned, not fetched: its size is not known yet
            located = pruned(relation, self._locate(relation.source))
            known = {part.path: part.size for part in located.parts if part.size}
            total += sum(known.get(path) or Path(path).stat().st_size for path in located.files)
        return total
