"""DCAT-AP: the official shapes, what is missing at source, in and out as JSON-LD and Turtle."""

import gzip
import json
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from urllib.parse import quote

import pyshacl
import pytest
import rdflib
import rdflib.compare
from hypothesis import given
from hypothesis import settings as running
from tests.standards.entries import entries
from tests.standards.shared import CATALOGUES, DATA, unpacked

from fairway.nouns.entries import (
    CatalogueEntry,
    Distribution,
    EntryKind,
    GetAt,
    Provenance,
)
from fairway.standards import arcgis, ckan, dcat, govuk, jkan, linked, reading, ukapi

ABOUT = dcat.About("Find my data", "What this node offers", "Department for Work and Pensions")
SHACL = rdflib.Namespace("http://www.w3.org/ns/shacl#")
FULL = CatalogueEntry(
    "dwp.uc",
    EntryKind.DATASET,
    "Universal Credit households",
    description='Households, "by" area\nand month.',
    organisation="Department for Work and Pensions",
    domain="dwp",
    contact="UC team <uc@example.gov.uk>",
    url="https://example.gov.uk/uc",
    licence="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    classification="OFFICIAL",
    access_rights="public",
    version="1.2.0",
    tags=("benefits", "credyd cynhwysol"),
    themes=("http://eurovoc.europa.eu/4636", "Society"),
    places=("https://example.gov.uk/place/W", "England"),
    columns=("month",),
    period=(date(2015, 1, 1), None),
    frequency="monthly",
    language="cy",
    issued=date(2015, 1, 1),
    modified=date(2026, 1, 1),
    identifiers=("UC-1",),
    distributions=(
        Distribution("T", "https://example.gov.uk/uc.csv", "CSV", "text/csv", "OGL", 9),
    ),
)


JSON_LD = pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
"""rdflib's own JSON-LD parser uses what rdflib has deprecated."""


@pytest.fixture(scope="module")
def shapes():
    """Both files of shapes as one. Five properties in them are named and described nowhere."""
    graph = rdflib.Graph()
    for name in ("SHACL", "ranges"):
        text = gzip.decompress((DATA / f"dcat-ap/{name}.ttl.gz").read_bytes())
        graph.parse(data=text, format="turtle")
    unknown = [
        triple
        for triple in graph.triples((None, SHACL.property, None))
        if graph.value(triple[2], SHACL.path) is None
    ]
    assert len(unknown) == 5
    for triple in unknown:
        graph.remove(triple)
    return graph


def violations(text, form, shapes):
    data = rdflib.Graph().parse(data=text, format=form)
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
    found = Counter()
    for result in report.subjects(rdflib.RDF.type, SHACL.ValidationResult):
        path = linked.compacted(str(report.value(result, SHACL.resultPath)))
        found[path] += 1
    return found


def expected(found):
    return Counter(p.field for entry in found for p in dcat.missing(entry))


def real():
    catalogue = CATALOGUES / "scotland-datasets.json.gz"
    found = list(jkan.read(unpacked(catalogue), "opendata.scot").entries)
    for name in ("uk-apis.csv", "uk-apis-from-json-source.csv"):
        found += ukapi.read((CATALOGUES / name).read_text("utf-8"), name).entries
    found += govuk.read(unpacked(CATALOGUES / "moj-publications.json.gz"), "gov.uk").entries
    for path in sorted((DATA / "councils").glob("*.json")):
        found += arcgis.read(path.read_text("utf-8"), path.stem).entries
    for path in sorted((DATA / "ckan").glob("*.json")):
        found += ckan.read(path.read_text("utf-8"), path.stem).entries
    return found


@pytest.mark.slow
def test_real_records_break_the_official_shapes_only_where_something_is_missing_at_source(shapes):
    every = real()
    lacking = [e for e in every if dcat.missing(e)]
    some = [*lacking[:12], *lacking[-3:], *every[::70]]
    found = violations(dcat.write_turtle(some, ABOUT), "turtle", shapes)
    assert found == expected(some)
    assert set(found) == {"dct:description", "dcat:endpointURL", "dcat:accessURL"}


@pytest.mark.deep
def test_every_real_record_breaks_the_official_shapes_only_where_something_is_missing(shapes):
    every = real()
    for start in range(0, len(every), 250):
        some = every[start : start + 250]
        assert violations(dcat.write_turtle(some, ABOUT), "turtle", shapes) == expected(some)


@JSON_LD
@pytest.mark.parametrize("kind", EntryKind)
def test_a_full_record_breaks_no_shape_in_either_form(kind, shapes):
    entry = replace(FULL, kind=kind)
    assert dcat.missing(entry) == ()
    assert not violations(dcat.write_turtle([entry], ABOUT), "turtle", shapes)
    assert not violations(dcat.write_json([entry], ABOUT), "json-ld", shapes)


@running(max_examples=15)
@given(entry=entries())
def test_any_record_breaks_the_shapes_only_where_something_is_missing(entry, shapes):
    text = dcat.write_turtle([entry], ABOUT)
    assert violations(text, "turtle", shapes) == expected([entry])


def test_what_the_profile_requires_and_a_record_lacks_is_listed():
    bare = CatalogueEntry("x", EntryKind.DATASET, " ", distributions=(Distribution("T"),))
    assert [p.field for p in dcat.missing(bare)] == [
        "dct:description",
        "dct:title",
        "dcat:accessURL",
    ]
    service = replace(bare, kind=EntryKind.API, title="T", url="none")
    assert [p.field for p in dcat.missing(service)] == ["dcat:endpointURL"]


# ------------------------------------------------------------------ in and out


def same(again, entry):
    """Whether an entry came back, but for what each reader says for itself."""
    return replace(again, id=entry.id, sources=entry.sources, owner=entry.owner) == entry


def test_a_full_record_is_written_in_the_standards_own_words():
    node = dcat.node(FULL)
    kept = json.loads(node["fairway:remainder"])["fields"]
    assert set(kept) == {"domain", "classification", "columns"}


@JSON_LD
def test_both_forms_state_the_same():
    some = [FULL, replace(FULL, id="b", kind=EntryKind.API), replace(FULL, id="c", description="")]
    turtle = rdflib.Graph().parse(data=dcat.write_turtle(some, ABOUT), format="turtle")
    json_ld = rdflib.Graph().parse(data=dcat.write_json(some, ABOUT), format="json-ld")
    assert rdflib.compare.isomorphic(turtle, json_ld)


@given(entry=entries())
def test_export_then_import_is_the_identity(entry):
    (again,) = dcat.read(dcat.write_json([entry], ABOUT), "peer").entries
    assert same(again, entry)


@running(max_examples=50)
@given(entry=entries())
def test_export_then_import_is_the_identity_in_turtle(entry):
    (again,) = dcat.read(dcat.write_turtle([entry], ABOUT), "peer").entries
    assert same(again, entry)


def test_real_records_come_back_as_they_were():
    some = real()[::7]
    for write in (dcat.write_json, dcat.write_turtle):
        by_name = {e.sources[0].identifier: e for e in dcat.read(write(some, ABOUT), "p").entries}
        assert len(by_name) == len(some)
        assert all(same(by_name[dcat.RECORD + quote(e.id, safe="")], e) for e in some)


def test_what_holds_at_one_node_only_stays_there():
    here = replace(FULL, owner="jane", get_at=GetAt.REQUEST_HERE, product="dwp.uc")
    text = dcat.write_json([here, replace(here, id="gone", withdrawn=True)], ABOUT)
    assert "jane" not in text
    (again,) = dcat.read(text, "peer").entries
    assert (again.owner, again.get_at, again.product) == ("", GetAt.ELSEWHERE, None)


def test_where_a_record_was_found_before_is_kept_behind_where_it_is_found_now():
    before = Provenance("opendata.scot", "x", "https://a")
    text = dcat.write_json([replace(FULL, sources=(before,))], replace(ABOUT, base="https://n/e/"))
    (again,) = dcat.read(text, "node").entries
    assert again.sources == (Provenance("node", "https://n/e/dwp.uc", FULL.url), before)


@pytest.mark.parametrize("own", ["[1]", "{", '{"fields": 3}', '{"fields": {"nonsense": 1}}'])
def test_what_is_no_remainder_is_none(own):
    record = {"@type": "dcat:Dataset", "dct:title": "T", "fairway:remainder": own}
    assert dcat.read(json.dumps(record), "s").entries[0].title == "T"


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "x"},
        {"issued": "never"},
        {"period": [None]},
        {"tags": 1},
        {"distributions": [1]},
        {"distributions": [{"title": 1}]},
        {"distributions": [{"colour": "red"}]},
    ],
)
def test_a_malformed_remainder_is_a_problem(fields):
    own = json.dumps({"fields": fields})
    record = {"@type": "dcat:Dataset", "dct:title": "T", "fairway:remainder": own}
    read = dcat.read(json.dumps([record, {"@type": "dcat:Dataset", "dct:title": "U"}]), "s")
    assert [e.title for e in read.entries] == ["U"] or read.problems == ()
    assert len(read.entries) + len(read.problems) == 2


# ------------------------------------------------------------------ as others write it


def test_a_catalogue_with_another_context_is_read():
    document = {
        "@context": {
            "d": "http://www.w3.org/ns/dcat#",
            "dc": "http://purl.org/dc/terms/",
            "name": {"@id": "dc:title"},
            "page": {"@id": "d:landingPage", "@type": "@id"},
            "id": "@id",
            "kind": "@type",
            "@vocab": "http://www.w3.org/ns/dcat#",
        },
        "@graph": [
            {"id": "https://a/1", "kind": "d:Dataset", "name": "One", "page": "https://a/p"},
            {
                "id": "https://a/2",
                "kind": ["Dataset"],
                "name": [
                    {"@value": "Deux", "@language": "fr"},
                    {"@value": "Two", "@language": "en-GB"},
                ],
                "dc:publisher": {"id": "https://a/o"},
                "dc:spatial": {"@list": [{"id": "https://a/place"}]},
                "d:distribution": {"id": "https://a/f"},
                "dc:unheard": "kept",
            },
            {"id": "https://a/o", "http://xmlns.com/foaf/0.1/name": "Org"},
            {"id": "https://a/f", "d:downloadURL": {"id": "https://a/f.csv"}, "d:byteSize": 12.0},
            {"id": "https://a/2", "kind": "d:Dataset", "dc:description": "Described later"},
        ],
    }
    one, two = dcat.read(json.dumps(document), "s").entries
    assert (one.title, one.url) == ("One", "https://a/p")
    assert (two.title, two.organisation, two.places) == ("Two", "Org", ("https://a/place",))
    assert two.description == "Described later"
    assert two.distributions == (Distribution(url="https://a/f.csv", bytes=12, download=True),)
    assert two.extra == {"dcat": {"dct:unheard": ["kept"]}}


def test_a_context_at_an_address_is_not_fetched_but_taken_as_usual():
    document = {
        "@context": ["https://example.org/context.jsonld", None],
        "@type": "Catalog",
        "dataset": [{"title": "T", "accrualPeriodicity": "R/P1Y", "keyword": ["a", "a"]}, 7],
        "service": [{"@type": "DataService", "title": "S", "endpointURL": "https://a"}],
    }
    read = dcat.read(json.dumps(document), "s")
    assert [(e.title, e.kind) for e in read.entries] == [
        ("S", EntryKind.API),
        ("T", EntryKind.DATASET),
    ]
    assert (read.entries[1].frequency, read.entries[1].tags) == ("annual", ("a",))
    assert [p.reason for p in read.problems] == ["This is a number, not a record with fields."]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "describes no dataset"),
        ("[1]", "describes no dataset"),
        ("{", "not JSON"),
        ("", "describes no dataset"),
        ("<a> <b", "not Turtle"),
        ("@prefix x: <y> .\n<a> <b> <c> ;;; .", ""),
        ('{"a":' * 5000, "nested too deeply"),
        ('{"a":' * 400 + "1" + "}" * 400, "nested too deeply"),
    ],
)
def test_what_holds_no_record_is_a_problem(text, reason):
    read = dcat.read(text, "s")
    assert read.entries == ()
    assert reason in read.problems[0].reason


def test_turtle_without_rdflib_names_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdflib", None)
    (problem,) = dcat.read("<a> <b> <c> .", "s").problems
    assert "pip install 'fairway[dcat]'" in problem.reason


def test_turtle_as_others_write_it_is_read():
    text = """
        @prefix dcat: <http://www.w3.org/ns/dcat#> .
        @prefix dct: <http://purl.org/dc/terms/> .
        <https://a/1> a dcat:Dataset ; dct:title "Teitl"@cy, "Title"@en ;
          dct:temporal [ dcat:startDate "2020-01-01" ] ;
          dcat:distribution [ dcat:accessURL <https://a/f> ; dcat:byteSize "nine" ] ;
          dcat:contactPoint <mailto:nobody@a> .
        <https://a/2> a dcat:Dataset .
    """
    read = dcat.read(text, "s")
    (entry,) = read.entries
    assert (entry.title, entry.url) == ("Title", "https://a/1")
    assert entry.period == (date(2020, 1, 1), None)
    assert entry.distributions == (Distribution(url="https://a/f"),)
    assert [(p.index, p.field) for p in read.problems] == [(1, "dct:title")]


def test_rdf_xml_that_declares_entities_is_refused_unread(tmp_path):
    (tmp_path / "secret").write_text("canary")
    declared = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    body = f'<rdf:RDF {rdf}><rdf:Description rdf:about="urn:a"><rdf:value>&x;</rdf:value>'
    with pytest.raises(reading.Unusable) as caught:
        linked.from_rdf_xml(f"{declared}{body}</rdf:Description></rdf:RDF>")
    assert "canary" not in str(caught.value)
