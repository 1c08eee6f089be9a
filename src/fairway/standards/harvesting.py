"""Catalogues in any format, behind `verbs.ports.Catalogues`; the format is told by itself."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fairway.nouns.errors import BadInput
from fairway.nouns.follows import Changes
from fairway.nouns.harvests import Catalogue, Fault
from fairway.standards import dcat, ukgov_rules
from fairway.standards.formats import FORMATS
from fairway.standards.reading import Unusable, parsed

AUTO = "auto"


class CatalogueReaders:
    """`verbs.ports.Catalogues` on the readers of `FORMATS`."""

    def read(self, text: str, source: str, format: str = "") -> Catalogue:  # noqa: A002 - the word that users write
        """Read a catalogue. Raises `BadInput` for a format that is unknown or cannot be told."""
        wanted = format if format not in ("", AUTO) else detected(text)
        if wanted not in FORMATS:
            raise BadInput(
                "harvest.unknown_format",
                f"There is no catalogue format '{wanted[:40]}'."
                if wanted
                else "It cannot be told which format this catalogue has.",
                remedy=f"Name one of: {', '.join(sorted(FORMATS))}.",
                field="format",
            )
        read = FORMATS[wanted].read(text, source)
        faults = tuple(Fault(p.index, p.field, p.reason) for p in read.problems)
        return Catalogue(wanted, read.entries, faults)

    def changes(self, text: str, source: str) -> Changes:
        """Read what another node says has changed. Raises `BadInput` where it is none of that."""
        try:
            return dcat.read_changes(text, source)
        except Unusable as error:
            raise BadInput(
                "follow.not_a_feed",
                error.reason,
                remedy="Give the address of a Fairway node; harvest other catalogues.",
            ) from None


def detected(text: str) -> str:
    """Return the name of the format that a text looks like, empty when it looks like none."""
    start = text.lstrip("\ufeff \t\r\n")
    if start[:1] not in ("{", "["):
        return next((name for name, marks in _BY_TEXT if marks(start)), "")
    try:
        document = parsed(text)
    except Unusable:
        return ""
    records = list(_records(document))
    first = next((r for r in records if isinstance(r, Mapping)), {})
    whole = document if isinstance(document, Mapping) else {}
    return next((name for name, marks in _BY_SHAPE if marks(whole, first)), "")


def _records(document: Any) -> Iterator[Any]:
    """Give the records of a document: its list, the list in it, or itself."""
    if isinstance(document, list):
        yield from document
    elif isinstance(document, Mapping):
        lists = (document.get(name) for name in ("results", "data"))
        yield from next((each for each in lists if isinstance(each, list)), [document])


def _graph(whole: Mapping[str, Any], first: Mapping[str, Any]) -> bool:
    return bool({"@context", "@graph"} & whole.keys() or {"@id", "@type"} & first.keys())


def _ckan(whole: Mapping[str, Any], first: Mapping[str, Any]) -> bool:
    answer = {"success", "result"} <= whole.keys() or isinstance(whole.get("response"), Mapping)
    return answer or {"name", "resources"} <= first.keys() or "validated_data_dict" in first


_Marks = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]
_BY_SHAPE: tuple[tuple[str, _Marks], ...] = (
    ("data.json", lambda whole, _: isinstance(whole.get("dataset"), list)),
    ("dcat", _graph),
    ("arcgis", lambda _, first: isinstance(first.get("attributes"), Mapping)),
    ("odps", lambda _, first: first.get("kind") == "DataProduct"),
    ("jkan", lambda _, first: "original_dataset_link" in first),
    ("ckan", _ckan),
    ("govuk", lambda _, first: bool({"base_path", "link"} & first.keys())),
    ("ukgov", lambda _, first: str(first.get("type")) in ukgov_rules.type_names()),
    ("jkan", lambda _, first: {"title", "organization", "resources"} <= first.keys()),
)
"""Each format and what tells it, the surest first. A format may have several signs."""


def _heading(start: str) -> set[str]:
    return set(start.partition("\n")[0].strip().split(","))


_BY_TEXT: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("dcat", lambda start: start[:1] == "<" and "rdf:RDF" in start[:2000]),
    ("dcat", lambda start: start[:7].lower() in ("@prefix", "prefix ") or start[:5] == "@base"),
    ("ukapi", lambda start: {"name", "url", "provider"} <= _heading(start)),
    ("odps", lambda start: "kind: DataProduct" in start[:10_000]),
    ("ukgov", lambda start: "type:" in start[:10_000] and "dcat:" in start[:10_000]),
)
"""The same for what is not JSON."""
