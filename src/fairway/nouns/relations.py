"""What one decision lets one query see."""

from dataclasses import dataclass, field

from fairway.nouns.products import LogicalType, Source
from fairway.nouns.scopes import Scope, Value
from fairway.nouns.treatments import Treatment


@dataclass(frozen=True, slots=True)
class GovernedColumn:
    """A column as the query sees it: its name, its type in the source, and its treatment.

    The type after treatment is `rules.treatments.treated_type(type, treatment)`. `native` is the
    engine's own type of a column that a peer worked out, which may be none of the logical ones.
    """

    name: str
    type: LogicalType
    treatment: Treatment
    native: str = ""


@dataclass(frozen=True, slots=True)
class GovernedRelation:
    """All that one query may see of one product. What is not here does not exist for the query.

    `domain` and `table` are the names the query uses. `scope_types` gives the source type of every
    column that the scope names (a scope may test a column that is not granted). `key` is the
    agreement's pseudonym key; it never appears in a repr, a log or an error.

    `origin` is the peer that answers for the relation, and `content` what it answered, as an Arrow
    IPC stream: treated at its source, and read instead of the source.
    """

    domain: str
    table: str
    source: Source
    columns: tuple[GovernedColumn, ...]
    scope: Scope | None = None
    scope_types: tuple[tuple[str, LogicalType], ...] = ()
    key: bytes | None = field(default=None, repr=False)
    origin: str = ""
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ColumnRange:
    """Between which values a column's values in one file lie, as far as it is known.

    None for an end that is not known. `nulls` is false where the file holds no null in it.
    """

    column: str
    low: Value | None = None
    high: Value | None = None
    nulls: bool = True


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a source, and how its rows are to be read.

    `names` gives columns that are called otherwise in the file, by their names there; an empty name
    says that the file has no such column, and its values are null. `constants` are columns whose
    value stands outside the file and is the same for all its rows, as text, None for null; they win
    over what is in the file. `deleted` are the places of rows, from 0, that no longer count.
    `ranges` come from the table's own statistics. Column names compare without regard to case.
    """

    path: str
    names: tuple[tuple[str, str], ...] = ()
    constants: tuple[tuple[str, str | None], ...] = ()
    deleted: tuple[int, ...] = ()
    ranges: tuple[ColumnRange, ...] = ()
    rows: int | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a query needs of a source that cannot be read in place, and no more.

    `columns` are the source's, with the types that they are to have. Only rows on which both
    `scope` and `condition` (what the query itself demands, and can never fail) hold are wanted.
    `seconds` and `bytes` bound the work.
    """

    columns: tuple[tuple[str, LogicalType], ...]
    scope: Scope | None
    condition: Scope | None
    seconds: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Located:
    """The bytes of a source as they lie now, for an engine that reads them in place.

    `files` are absolute, resolved paths, in the order they are read. `header` (the columns in the
    order of the file) and `delimiter` are set for delimited text. `parts` describe the files one by
    one where there is more to say of them than their path; they are then in step with `files`.
    Never shown to users.
    """

    files: tuple[str, ...]
    header: tuple[str, ...] = ()
    delimiter: str = ""
    parts: tuple[DataFile, ...] = ()
