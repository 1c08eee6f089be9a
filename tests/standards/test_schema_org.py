"""schema.org in a record's page: what it says, and that it cannot leave its element."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from tests.standards.entries import entries

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, GetAt
from fairway.standards import schema_org

ENTRY = CatalogueEntry(
    "x",
    EntryKind.DATASET,
    "Claims",
    organisation="DWP",
    get_at=GetAt.REQUEST_HERE,
    url="https://a/b",
    tags=("a",),
    themes=("a", "b"),
    places=("England",),
    columns=("weeks",),
    period=(date(2020, 1, 1), None),
    issued=date(2020, 1, 1),
    modified=date(2021, 1, 1),
    distributions=(Distribution("T", "https://a/c", "CSV", bytes=3), Distribution("U")),
)


def test_a_dataset_says_what_search_engines_look_for():
    said = schema_org.jsonld(ENTRY, "https://node/entries/x")
    assert (said["@type"], said["url"]) == ("Dataset", "https://node/entries/x")
    assert said["sameAs"] == "https://a/b"
    assert said["keywords"] == ["a", "b"]
    assert said["temporalCoverage"] == "2020-01-01/.."
    assert said["publisher"] == {"@type": "Organization", "name": "DWP"}
    assert said["conditionsOfAccess"].startswith("Can be requested")
    assert said["distribution"] == [
        {
            "@type": "DataDownload",
            "name": "T",
            "contentUrl": "https://a/c",
            "encodingFormat": "CSV",
            "contentSize": "3 B",
        }
    ]


@pytest.mark.parametrize(("kind", "name"), [("api", "WebAPI"), ("publication", "Report")])
def test_the_other_kinds_are_what_they_are(kind, name):
    said = schema_org.jsonld(replace(ENTRY, kind=EntryKind(kind)))
    assert (said["@type"], said["url"]) == (name, "https://a/b")
    assert ("documentation" in said) is (kind == "api")


@given(entry=entries())
def test_nothing_in_a_record_leaves_the_script_element(entry):
    text = schema_org.script(replace(entry, description="</script><!--" + entry.description))
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text)["name"] == entry.title
