"""Which formats are known, which need no certain product, and which a machine can read.

The three lists are those that the European data portal judges by: the EU's authority table of file
types (a choice of the common ones), and its own lists of non-proprietary and of machine-readable
formats (https://gitlab.com/european-data-portal/edp-vocabularies). Catalogues write formats in many
ways, so each is brought to the table's code first.
"""

import re

from fairway.nouns.entries import Distribution

NON_PROPRIETARY = frozenset(
    [
        "BMP",
        "CSV",
        "DBF",
        "GEOJSON",
        "GZIP",
        "HTML",
        "ICS",
        "JPEG2000",
        "JSON",
        "JSON_LD",
        "KML",
        "KMZ",
        "NETCDF",
        "ODS",
        "PNG",
        "RDF_N_QUADS",
        "RDF_N_TRIPLES",
        "RDF_TRIG",
        "RDF_TURTLE",
        "RDF_XML",
        "RSS",
        "RTF",
        "TAR",
        "TIFF",
        "TSV",
        "TXT",
        "WMS_SRVC",
        "XML",
        "ZIP",
    ]
)
MACHINE_READABLE = frozenset(
    [
        "CSV",
        "GEOJSON",
        "ICS",
        "JSON",
        "JSON_LD",
        "KML",
        "KMZ",
        "NETCDF",
        "ODS",
        "RDFA",
        "RDF_N_QUADS",
        "RDF_N_TRIPLES",
        "RDF_TRIG",
        "RDF_TURTLE",
        "RDF_XML",
        "RSS",
        "SHP",
        "XLS",
        "XLSX",
        "XML",
    ]
)
KNOWN = (
    NON_PROPRIETARY
    | MACHINE_READABLE
    | frozenset(
        [
            "ATOM",
            "AVRO",
            "DOC",
            "DOCX",
            "ECW",
            "EPUB",
            "FLAC",
            "GIF",
            "GML",
            "GPKG",
            "GPX",
            "GRID",
            "GTFS",
            "GZ",
            "INDD",
            "JATS",
            "JPEG",
            "LAS",
            "LAZ",
            "LYR",
            "MAP_SRVC",
            "MDB",
            "MOP",
            "MP3",
            "MP4",
            "MPEG4",
            "MSG_HTTP",
            "ODF",
            "ODP",
            "ODT",
            "OVF",
            "OWL",
            "PARQUET",
            "PDF",
            "PPT",
            "PPTX",
            "PSP",
            "SCHEMA",
            "SDMX",
            "SGML",
            "SHP",
            "SPARQLQ",
            "SQL",
            "SVG",
            "TOPOJSON",
            "WAV",
            "WFS_SRVC",
            "WCS_SRVC",
            "WMTS_SRVC",
            "XHTML",
            "XLSB",
            "XLSM",
            "XSD",
            "XSLT",
            "OCTET",
            "PS",
            "PSD",
            "REST",
            "TAR_GZ",
            "TMX",
            "TSV",
            "WARC",
        ]
    )
)

_OTHER_NAMES = {
    "EXCEL": "XLS",
    "MSEXCEL": "XLS",
    "VNDMSEXCEL": "XLS",
    "SPREADSHEET": "XLS",
    "VNDOPENXMLFORMATSOFFICEDOCUMENTSPREADSHEETMLSHEET": "XLSX",
    "VNDOASISOPENDOCUMENTSPREADSHEET": "ODS",
    "WORD": "DOC",
    "MSWORD": "DOC",
    "COMMASEPARATEDVALUES": "CSV",
    "TABSEPARATEDVALUES": "TSV",
    "PLAIN": "TXT",
    "TEXT": "TXT",
    "HTM": "HTML",
    "JSONLD": "JSON_LD",
    "LDJSON": "JSON_LD",
    "VNDGEOJSON": "GEOJSON",
    "GEOJSONLD": "GEOJSON",
    "TTL": "RDF_TURTLE",
    "TURTLE": "RDF_TURTLE",
    "N3": "RDF_TURTLE",
    "NT": "RDF_N_TRIPLES",
    "NTRIPLES": "RDF_N_TRIPLES",
    "NQUADS": "RDF_N_QUADS",
    "TRIG": "RDF_TRIG",
    "RDF": "RDF_XML",
    "RDFXML": "RDF_XML",
    "SHAPEFILE": "SHP",
    "ESRISHAPEFILE": "SHP",
    "GEOPACKAGE": "GPKG",
    "WMS": "WMS_SRVC",
    "OGCWMS": "WMS_SRVC",
    "WMSSRVC": "WMS_SRVC",
    "WFS": "WFS_SRVC",
    "OGCWFS": "WFS_SRVC",
    "WFSSRVC": "WFS_SRVC",
    "WCS": "WCS_SRVC",
    "WMTS": "WMTS_SRVC",
    "JPG": "JPEG",
    "TIF": "TIFF",
    "GEOTIFF": "TIFF",
    "NC": "NETCDF",
    "ICAL": "ICS",
    "CALENDAR": "ICS",
    "VNDGOOGLEEARTHKMLXML": "KML",
    "VNDGOOGLEEARTHKMZ": "KMZ",
    "ATOMXML": "ATOM",
    "RSSXML": "RSS",
    "GMLXML": "GML",
    "XZIPCOMPRESSED": "ZIP",
    "GZ": "GZIP",
}
_PLAIN = {re.sub(r"[^A-Z0-9]", "", code): code for code in KNOWN}
_ENDING = re.compile(r"\.([A-Za-z0-9]{2,8})(?:[?#].*)?\Z")
_NOT_FILES = frozenset({"HTML", "XHTML"})
_MEDIA_TYPE = re.compile(
    r"(?:https?://(?:www\.)?iana\.org/assignments/media-types/)?"
    r"(?:application|audio|font|image|message|model|multipart|text|video)/[\w.+-]+"
)


def code(written: str) -> str:
    """Return the code of a format, however it is written; empty for one that is not known.

    An address of the authority table, a media type, a name with a dot in front, or several words
    (`OGC WMS`, `ESRI Shapefile`) all stand for their code.
    """
    tail = written.strip().rstrip("/").rpartition("/")[2].partition(";")[0].lstrip(".")
    plain = re.sub(r"[^A-Z0-9]", "", tail.upper())
    if found := _PLAIN.get(plain) or _OTHER_NAMES.get(plain):
        return found
    words = [re.sub(r"[^A-Z0-9]", "", w) for w in re.split(r"[\s,;()]+", tail.upper())]
    return next((c for w in words if (c := _PLAIN.get(w) or _OTHER_NAMES.get(w, ""))), "")


def codes(form: Distribution) -> frozenset[str]:
    """Return the codes that a distribution's format and media type stand for."""
    return frozenset(c for c in (code(form.format), code(form.media_type)) if c)


def is_media_type(written: str) -> bool:
    """Say whether a text is a media type as IANA's registry has them."""
    return _MEDIA_TYPE.fullmatch(written.strip()) is not None


def is_file(form: Distribution) -> bool:
    """Say whether a distribution's address is that of a file: it says so, or ends as one does."""
    if form.download:
        return bool(form.url)
    ending = _ENDING.search(form.url.partition("://")[2].partition("/")[2])
    return ending is not None and code(ending[1]) not in _NOT_FILES and bool(code(ending[1]))
