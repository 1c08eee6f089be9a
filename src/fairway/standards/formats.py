"""The catalogue formats that Fairway reads and writes: one line for each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fairway.nouns.entries import CatalogueEntry
from fairway.standards import (
    arcgis,
    ckan,
    datajson,
    dcat,
    govuk,
    jkan,
    odps,
    ukapi,
    ukgov,
)
from fairway.standards.reading import Read

Write = Callable[[Iterable[CatalogueEntry], dcat.About], str]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, how it is read, and how written, with its media type, where it is."""

    name: str
    read: Callable[[str, str], Read]
    write: Write | None = None
    media_type: str = ""


FORMATS = {
    f.name: f
    for f in (
        Format("dcat", dcat.read, dcat.write_json, "application/ld+json"),
        Format("dcat-turtle", dcat.read, dcat.write_turtle, "text/turtle"),
        Format("dcat-xml", dcat.read, dcat.write_rdf_xml, "application/rdf+xml"),
        Format("ukgov", ukgov.read, lambda e, _: ukgov.write(e), "application/json"),
        Format("ckan", ckan.read, lambda e, _: ckan.write(e), "application/json"),
        Format("data.json", datajson.read, lambda e, _: datajson.write(e), "application/json"),
        Format("odps", odps.read, lambda e, _: odps.write_all(e), "application/odps+yaml"),
        Format("arcgis", arcgis.read),
        Format("govuk", govuk.read),
        Format("jkan", jkan.read),
        Format("ukapi", ukapi.read),
    )
}
