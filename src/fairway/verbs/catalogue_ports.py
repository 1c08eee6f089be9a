"""What the catalogue needs from the world: a part of `verbs.ports`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from fairway.nouns.entries import CatalogueEntry, EntryKind
from fairway.nouns.feedback import Feedback
from fairway.nouns.follows import Follow
from fairway.nouns.harvests import Coverage, Harvest, Record, Shown


class Entries(Protocol):
    """Harvested records, the entries that the catalogue shows them as, and the harvests."""

    def harvest(self, source: str, *, ended: bool = False) -> Harvest | None:
        """Return the last harvest of a source, or the last one that ended."""

    def harvests(self) -> Sequence[Harvest]:
        """Return the last harvest of every source."""

    def put_harvest(self, harvest: Harvest) -> None: ...
    def digests(self, entries: Sequence[str]) -> Mapping[str, str]:
        """Return the digests of those of these records that are kept."""

    def keep(self, records: Sequence[Record]) -> Sequence[str]:
        """Insert or replace records; return the titles that those replaced had."""

    def meet(self, entries: Sequence[str], harvest: str) -> None:
        """Note that a harvest met these records unchanged."""

    def unmet(self, source: str, harvest: str, limit: int) -> Sequence[Record]:
        """Return records of a source, not yet withdrawn, that a harvest did not meet."""

    def titled(self, titles: Sequence[str]) -> Sequence[CatalogueEntry]:
        """Return the records of every source with these titles, in the order they came."""

    def show(self, shown: Sequence[Shown]) -> None:
        """Show these entries in place of those that their members were shown as."""

    def get(self, entry: str) -> CatalogueEntry | None:
        """Return an entry by its own name or that of one of its members."""

    def find(
        self,
        *,
        kind: EntryKind | None = None,
        source: str = "",
        missing: str = "",
        due_before: date | None = None,
        order: str = "title",
        limit: int,
        offset: int,
    ) -> tuple[int, Sequence[Shown]]:
        """Return how many entries match, and a page of them; those withdrawn are left out.

        `due_before` asks for those that count as stale on that day; `stalest` orders by it.
        """

    def coverage(self) -> Sequence[Coverage]:
        """Count what entries lack, by source and kind."""


class Feed(Protocol):
    """Which entries other nodes may know of or did, in the order in which they last changed."""

    def note(self, entry: str) -> None:
        """Put an entry at the end."""

    def head(self) -> tuple[str, int]:
        """Return the feed's name, empty before its first entry, and its last position."""

    def since(self, position: int, limit: int) -> Sequence[tuple[int, str]]:
        """Return positions and entries after a position, in their order."""


class Follows(Protocol):
    """Catalogues of other nodes that are followed."""

    def get(self, source: str) -> Follow | None: ...
    def all(self) -> Sequence[Follow]: ...
    def put(self, follow: Follow) -> None:
        """Insert, or replace the one of that source."""

    def remove(self, source: str) -> None: ...


class Feedbacks(Protocol):
    """Feedback on entries of the catalogue."""

    def get(self, feedback: str) -> Feedback | None: ...
    def put(self, feedback: Feedback) -> None:
        """Insert, or replace the one of that id."""

    def find(
        self,
        *,
        entry: str = "",
        by: str = "",
        domains: Collection[str] | None = None,
        limit: int = 100,
    ) -> Sequence[Feedback]:
        """Return those that match, newest first; the domain of what lives elsewhere is empty."""


class Elsewhere(Protocol):
    """What lies at addresses beyond this node."""

    def fetch(self, address: str, token: str = "") -> bytes:
        """Return what an address answers with, within bounds of size and time.

        Only public addresses are called, unless the node's settings say otherwise. `token` goes to
        the address's own host alone. Raises `BadInput`, `Refused`, `BoundExceeded`, `Unavailable`.
        """
