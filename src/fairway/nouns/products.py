"""What a domain offers: data products, their contracts and columns, and where they lie."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class LogicalType(StrEnum):
    """The logical types of ODCS that Fairway serves."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"


class Classification(StrEnum):
    """What a column says about a living person."""

    NONE = "none"
    PERSONAL = "personal"
    SPECIAL_CATEGORY = "special category"
    IDENTIFIER = "identifier"


class AccessClass(StrEnum):
    """How one gets to a product: signed in is enough, or an agreement is needed."""

    OPEN = "open"
    RESTRICTED = "restricted"


class Marking(StrEnum):
    """How a product is marked, after the Government Security Classifications (2024)."""

    OFFICIAL = "OFFICIAL"
    OFFICIAL_SENSITIVE = "OFFICIAL-SENSITIVE"


class Visibility(StrEnum):
    """Who may know that a product exists. Nobody beyond this node does unless its contract says."""

    DOMAIN = "domain"
    EVERYONE = "everyone"
    PARTNERS = "partners"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a product as its contract describes it."""

    name: str
    type: LogicalType
    description: str = ""
    classification: Classification = Classification.NONE
    required: bool = False


@dataclass(frozen=True, slots=True)
class SourceField:
    """A column as it was found in the source. `type` is None for one that Fairway cannot serve.

    `readable_as` are further types that every value can be read as: delimited text is text before
    it is anything else.
    """

    name: str
    type: LogicalType | None
    native_type: str
    readable_as: frozenset[LogicalType] = frozenset()


STORES = ("s3", "azure", "sftp", "custom")
"""Types of servers in the Open Data Contract Standard that are remote stores of files. Their
addresses and secrets are the node's own, and a contract names them as the node does."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a product's data lies: a kind (`local`), a format (`parquet`, `csv`) and a location.

    `version` names one state of a source that keeps earlier ones, as `rules.versions` writes it;
    empty for the state that it has when it is read.
    """

    kind: str
    format: str
    location: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """An ODCS contract as read: the parts Fairway acts on, and the whole document.

    `earlier_versions` allows users to read states of the data from before the newest.
    `document` is the contract as given, with every field, known or not; it is what is exported.
    """

    id: str
    version: str
    domain: str
    table: str
    title: str
    description: str
    owner: str
    access: AccessClass
    columns: tuple[Column, ...]
    source: Source
    tags: tuple[str, ...] = ()
    licence: str = ""
    attribution: str = ""
    earlier_versions: bool = False
    marking: Marking = Marking.OFFICIAL
    visibility: Visibility = Visibility.EVERYONE
    document: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class DataProduct:
    """A published version of a contract. `id` is `<domain>.<table>`, the name used in queries.

    `source` is resolved: its location is where the node itself reads. It is never shown to users.
    A product that was `withdrawn` is found and used no more; what was agreed and done stays.
    """

    id: str
    contract: Contract
    source: Source
    published_by: str
    published_at: datetime
    withdrawn: bool = False

    @property
    def domain(self) -> str:
        """The domain that owns the product."""
        return self.contract.domain

    @property
    def table(self) -> str:
        """The product's table name inside its domain."""
        return self.contract.table

    @property
    def columns(self) -> tuple[Column, ...]:
        """The product's columns, in the contract's order."""
        return self.contract.columns

    def column(self, name: str) -> Column | None:
        """Return the column of a name, or None. Names compare without regard to case."""
        for column in self.contract.columns:  # as written first: it is nearly always that, and fast
            if column.name == name:
                return column
        wanted = name.casefold()
        return next((c for c in self.contract.columns if c.name.casefold() == wanted), None)


@dataclass(frozen=True, slots=True)
class Hit:
    """A product found by a search, with the piece of text that matched."""

    product: str
    title: str
    domain: str
    access: AccessClass
    snippet: str


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of hits and how many there are in all."""

    total: int
    hits: tuple[Hit, ...]
