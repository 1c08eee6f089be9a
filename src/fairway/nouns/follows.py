"""Catalogues that are followed: what another node shows its partners, kept up to date here."""

from dataclasses import dataclass, field
from datetime import datetime

from fairway.nouns.entries import CatalogueEntry
from fairway.nouns.harvests import Fault


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in a catalogue since a cursor, and the cursor to go on from.

    `more` says that this is not all of it yet. `whole` says that it begins with the first entry:
    the cursor that was asked for is not known any more, or none was given.
    """

    entries: tuple[CatalogueEntry, ...] = ()
    cursor: str = ""
    more: bool = False
    whole: bool = False
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Follow:
    """Another node's catalogue that is followed under the name `source`, on somebody's authority.

    `sealed` is the token for the other node, encrypted; it is never shown. `cursor` is how far it
    was followed, `changed` when something last came, `fault` why the last turn failed.
    """

    source: str
    address: str
    by: str
    since: datetime
    sealed: str = field(default="", repr=False)
    cursor: str = ""
    changed: datetime | None = None
    fault: str = ""
