"""Which engine a query goes to: the default one, or Spark for what is large.

A query goes to Spark when the files that its relations may read, after those that no scope can show
are left out, come to more than a bound. What Spark does not know to answer alike goes to the
default engine after all; that is decided from the query's text, before anything runs.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from fairway.nouns.errors import FairwayError
from fairway.nouns.products import Source
from fairway.nouns.queries import Limits, ParsedQuery
from fairway.nouns.relations import GovernedRelation, Located
from fairway.rules.pruning import pruned
from fairway.verbs.ports import Engine, ResultStream


class RoutingEngine:
    """Implements `verbs.ports.Engine` by two others. `above` is in bytes of files."""

    def __init__(
        self, default: Engine, large: Engine, locate: Callable[[Source], Located], above: int
    ) -> None:
        self._default = default
        self._large = large
        self._locate = locate
        self._above = above

    def run(
        self, query: ParsedQuery, relations: Sequence[GovernedRelation], limits: Limits
    ) -> ResultStream:
        answered = any(r.content is not None for r in relations)  # by a peer: it is here already
        if answered or self._size(relations) <= self._above:
            return self._default.run(query, relations, limits)
        try:
            return self._large.run(query, relations, limits)
        except FairwayError as error:
            if error.code != "engine.gap":
                raise
            return self._default.run(query, relations, limits)

    def warm(self) -> None:
        """Make the default engine ready for its first query, where it can be."""
        if hasattr(self._default, "warm"):
            self._default.warm()

    def _size(self, relations: Sequence[GovernedRelation]) -> int:
        total = 0
        for relation in relations:
            located = pruned(relation, self._locate(relation.source))
            known = {part.path: part.size for part in located.parts if part.size}
            total += sum(known.get(path) or Path(path).stat().st_size for path in located.files)
        return total
