"""What one decision lets one query see."""

from dataclasses import dataclass, field

from fairway.nouns.products import LogicalType, Source
from fairway.nouns.scopes import Scope
from fairway.nouns.treatments import Treatment


@dataclass(frozen=True, slots=True)
class GovernedColumn:
    """A column as the query sees it: its name, its type in the source, and its treatment.

    The type after treatment is `rules.treatments.treated_type(type, treatment)`.
    """

    name: str
    type: LogicalType
    treatment: Treatment


@dataclass(frozen=True, slots=True)
class GovernedRelation:
    """All that one query may see of one product. What is not here does not exist for the query.

    `domain` and `table` are the names the query uses. `scope_types` gives the source type of every
    column that the scope names (a scope may test a column that is not granted). `key` is the
    agreement's pseudonym key; it never appears in a repr, a log or an error.
    """

    domain: str
    table: str
    source: Source
    columns: tuple[GovernedColumn, ...]
    scope: Scope | None = None
    scope_types: tuple[tuple[str, LogicalType], ...] = ()
    key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Located:
    """The bytes of a source as they lie now, for an engine that reads them in place.

    `files` are absolute, resolved paths, in the order they are read. `header` (the columns in the
    order of the file) and `delimiter` are set for delimited text. Never shown to users.
    """

    files: tuple[str, ...]
    header: tuple[str, ...] = ()
    delimiter: str = ""
