"""A catalogue's format is told by itself, for every format that is read."""

import json

import pytest

from fairway.demo.catalogues import CATALOGUES
from fairway.nouns.errors import BadInput
from fairway.standards.dcat import About
from fairway.standards.formats import FORMATS
from fairway.standards.harvesting import CatalogueReaders, detected

RECORD = {"title": "Boats", "name": "boats"}
UKGOV = {"type": "dcat:Dataset", "title": "Boats"}
TEXTS = {
    "dcat": [
        '{"@context": {}, "@graph": []}',
        '[{"@id": "https://a.example/1", "@type": "dcat:Dataset"}]',
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .",
        "PREFIX dcat: <http://www.w3.org/ns/dcat#>",
        "@base <https://a.example/> .",
    ],
    "data.json": ['{"@context": "x", "dataset": []}'],
    "arcgis": ['{"data": [{"id": "1", "attributes": {}}], "meta": {}}'],
    "ckan": [
        '{"success": true, "result": {"name": "boats"}}',
        '{"success": false, "result": null}',
        '{"response": {"docs": [{"validated_data_dict": "{}"}]}}',
        json.dumps([RECORD | {"resources": []}]),
        '{"results": [{"validated_data_dict": "{}"}]}',
    ],
    "govuk": ['{"results": [{"title": "Boats", "link": "/boats"}]}', '{"base_path": "/boats"}'],
    "jkan": [
        '[{"title": "Boats", "original_dataset_link": "https://a.example"}]',
        '[{"title": "Boats", "organization": "Office", "resources": []}]',
    ],
    "odps": ['{"kind": "DataProduct"}', "apiVersion: v1.0.0\nkind: DataProduct\n"],
    "ukapi": ["dateAdded,url,name,provider\r\n", "\ufeffurl,name,provider\n1,2,3"],
    "ukgov": [json.dumps([UKGOV]), "- type: dcat:Dataset\n  title: Boats\n"],
}


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in TEXTS.items() for text in texts]
)
def test_a_format_is_told(name, text):
    assert detected(text) == name


def test_every_format_is_told_but_the_one_that_is_read_as_another():
    assert set(TEXTS) == set(FORMATS) - {"dcat-turtle", "dcat-xml"}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "42", "[1, 2]", "words, and words", "\x00"])
def test_what_is_no_catalogue_is_told_to_be_none(text):
    assert detected(text) == ""
    with pytest.raises(BadInput) as refused:
        CatalogueReaders().read(text, "one")
    assert refused.value.code == "harvest.unknown_format"


def test_what_is_written_is_told_again():
    source = CATALOGUES[1]
    entries = CatalogueReaders().read(source.read().decode(), source.source).entries[:3]
    about = About("Catalogue", "Of a test", "Office")
    for name, form in FORMATS.items():
        if form.write is not None:
            text = form.write(entries, about)
            assert FORMATS[detected(text)].read is form.read, name


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda c: c.source)
def test_the_demos_catalogues_are_told_and_read_whole(catalogue):
    read = CatalogueReaders().read(catalogue.read().decode(), catalogue.source, "auto")
    assert read.format == catalogue.format
    assert (len(read.entries), read.faults) == (catalogue.records, ())


def test_a_fault_has_place_field_and_reason():
    read = CatalogueReaders().read('[{"link": "/a"}]', "one", "govuk")
    assert [(f.index, f.field) for f in read.faults] == [(0, "title")]
