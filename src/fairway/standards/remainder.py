"""What a standard has no words for, carried beside its own words, so that nothing is lost.

An exporter writes an entry in the standard's terms, reads that back, and adds only the fields that
came back different. So a reader of the standard sees the standard, and another node all of it.

Some fields never travel. What can be requested at one node cannot at another; an account's name is
nobody's business elsewhere; and where a record was found is for its reader to say.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, Provenance
from fairway.standards.reading import Unusable

STAYS = frozenset({"id", "get_at", "product", "owner"})
"""Fields that hold at one node only."""

_TEXTS = frozenset(f.name for f in fields(CatalogueEntry) if f.type is str and f.name not in STAYS)
_LISTS = frozenset({"tags", "themes", "places", "columns", "identifiers"})
_DAYS = frozenset({"issued", "modified"})


def remainder(wanted: CatalogueEntry, came_back: CatalogueEntry) -> dict[str, Any]:
    """Return, as JSON, the fields of an entry that differ from what came back."""
    return {
        field.name: _written(getattr(wanted, field.name))
        for field in fields(CatalogueEntry)
        if field.name not in STAYS
        and field.name != "sources"
        and getattr(wanted, field.name) != getattr(came_back, field.name)
    }


def restored(entry: CatalogueEntry, rest: Mapping[str, Any]) -> CatalogueEntry:
    """Return an entry with the fields of a remainder. Raises `Unusable` where one is malformed."""
    found: dict[str, Any] = {}
    for name, value in rest.items():
        try:
            if name in _TEXTS and isinstance(value, str):
                found[name] = value
            elif name in _LISTS and all(isinstance(v, str) for v in value):
                found[name] = tuple(value)
            elif name in _DAYS:
                found[name] = _day(value)
            elif name == "period":
                first, last = value
                found[name] = (_day(first), _day(last))
            elif name == "kind":
                found[name] = EntryKind(value)
            elif name == "withdrawn" and isinstance(value, bool):
                found[name] = value
            elif name == "distributions":
                found[name] = tuple(_distribution(v) for v in value)
            elif name == "extra" and isinstance(value, dict):
                found[name] = value
        except (TypeError, ValueError):
            raise Unusable(name, "This is not what Fairway writes here.") from None
    return replace(entry, **found)


def upstream(value: Any) -> tuple[Provenance, ...]:
    """Read the sources that a record had at the node that it was read from."""
    return tuple(
        Provenance(
            str(s.get("source", "")),
            str(s.get("identifier", "")),
            str(s.get("url", "")),
            _moment(s.get("harvested")),
        )
        for s in (value if isinstance(value, list) else ())
        if isinstance(s, dict)
    )


def sources_written(entry: CatalogueEntry) -> list[dict[str, Any]]:
    """Return the places that an entry was found in, as JSON."""
    return [_written(source) for source in entry.sources]


def _written(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Distribution | Provenance):
        return {
            k: _written(v)
            for k, v in asdict(value).items()
            if v is not False and v not in (None, "")
        }
    if isinstance(value, tuple):
        return [_written(v) for v in value]
    return dict(value) if isinstance(value, Mapping) else value


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _distribution(value: Any) -> Distribution:
    size = value.get("bytes")
    texts = {k: v for k, v in value.items() if k not in ("bytes", "download")}
    if not all(isinstance(v, str) for v in texts.values()):
        raise TypeError
    return Distribution(
        bytes=size if isinstance(size, int) else None,
        download=value.get("download") is True,
        **texts,
    )
