"""What the catalogue knows of: products of this node, and data, services and papers elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class EntryKind(StrEnum):
    """What an entry describes (dcat:Dataset, dcat:DataService, a statistical publication)."""

    DATASET = "dataset"
    API = "api"
    PUBLICATION = "publication"


class GetAt(StrEnum):
    """How one gets to what an entry describes."""

    OPEN_HERE = "open here"
    REQUEST_HERE = "can be requested here"
    ELSEWHERE = "lives elsewhere"


@dataclass(frozen=True, slots=True)
class Distribution:
    """One form in which a dataset can be had (dcat:Distribution).

    `url` is where one gets it: the file itself where `download` says so (dcat:downloadURL), else a
    page or service (dcat:accessURL). `page` is the latter, where a record has both.
    """

    title: str = ""
    url: str = ""
    format: str = ""
    media_type: str = ""
    licence: str = ""
    bytes: int | None = None
    download: bool = False
    page: str = ""
    rights: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a record was harvested from: a source, the record's name there, and when."""

    source: str
    identifier: str
    url: str = ""
    harvested: datetime | None = None


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A record of the catalogue (after DCAT 3 and the UK Cross-Government Metadata Exchange Model).

    `id` is a product's id, or a name made from source and identifier. `product` names the governed
    product, None for what lives elsewhere. `period` is the first and last day that the data covers.
    `sources` are all the places that the same record was harvested from. `extra` keeps the fields
    of the original that Fairway does not act on. `version` is the data's own; `access_rights` says
    who may have it (dct:accessRights), in the words of the record.
    """

    id: str
    kind: EntryKind
    title: str
    description: str = ""
    organisation: str = ""
    domain: str = ""
    owner: str = ""
    contact: str = ""
    get_at: GetAt = GetAt.ELSEWHERE
    product: str | None = None
    url: str = ""
    licence: str = ""
    classification: str = ""
    tags: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    period: tuple[date | None, date | None] = (None, None)
    frequency: str = ""
    issued: date | None = None
    modified: date | None = None
    language: str = ""
    identifiers: tuple[str, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    sources: tuple[Provenance, ...] = ()
    version: str = ""
    access_rights: str = ""
    withdrawn: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)
