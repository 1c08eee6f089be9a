"""Every reader: what it takes from real answers, what it keeps, and that no text can stop it."""

import json
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.standards.entries import JSON
from tests.standards.shared import CATALOGUES, DATA, beside, unpacked

from fairway.nouns.entries import Distribution, EntryKind, GetAt, Provenance
from fairway.standards import (
    arcgis,
    ckan,
    contacts,
    datajson,
    dcat,
    govuk,
    jkan,
    reading,
    ukapi,
    vocabularies,
)
from fairway.standards.formats import FORMATS

OGL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


# ------------------------------------------------------------------ the demo's catalogue


def test_the_2153_scottish_records_are_read():
    read = jkan.read(unpacked(CATALOGUES / "scotland-datasets.json.gz"), "opendata.scot")
    assert (len(read.entries), read.problems) == (2153, ())
    assert len({e.id for e in read.entries}) == 2153
    assert len({e.organisation for e in read.entries}) == 67
    assert sum(len(e.distributions) for e in read.entries) == 7027
    first = read.entries[0]
    assert first.title == "Academy School Catchments"
    assert first.description.startswith("Defined geographic boundaries to identify")
    assert "<" not in first.description
    assert (first.licence, first.get_at) == (OGL, GetAt.ELSEWHERE)
    assert (first.issued, first.modified) == (date(2018, 5, 17), date(2022, 12, 20))
    assert first.extra == {}


def test_the_364_apis_are_read():
    reads = [
        ukapi.read((CATALOGUES / name).read_text("utf-8"), "api.gov.uk")
        for name in ("uk-apis.csv", "uk-apis-from-json-source.csv")
    ]
    found = [entry for read in reads for entry in read.entries]
    assert [len(read.entries) for read in reads] == [231, 133]
    assert [read.problems for read in reads] == [(), ()]
    assert len({e.id for e in found}) == 364
    notify = found[0]
    assert (notify.kind, notify.title) == (EntryKind.API, "GOV.UK Notify")
    assert notify.organisation == "Government Digital Service"
    assert "\n\nThe API contains:" in notify.description
    assert notify.distributions[0].title == vocabularies.DOCUMENTATION
    named_dwp = [e for e in found if e.organisation == "Department for Work and Pensions"]
    assert len(named_dwp) >= 38


def test_the_1086_publications_are_read():
    text = unpacked(CATALOGUES / "moj-publications.json.gz")
    read = govuk.read(text, "gov.uk", organisation="Ministry of Justice", licence=OGL)
    assert (len(read.entries), read.problems) == (1086, ())
    assert len({e.id for e in read.entries}) == 1086
    first = read.entries[0]
    assert (first.kind, first.organisation, first.licence) == (
        EntryKind.PUBLICATION,
        "Ministry of Justice",
        OGL,
    )
    assert first.url.startswith("https://www.gov.uk/government/statistics/proven-reoffending")
    assert first.tags == ("Proven reoffending statistics",)


# ------------------------------------------------------------------ each reader


def test_a_content_item_of_gov_uk_says_more():
    item = {
        "title": "Statistics",
        "base_path": "/government/statistics/x",
        "content_id": "5eb8ee81-7631-11e4-a3cb-005056011aef",
        "locale": "cy",
        "first_published_at": "2015-05-28T15:43:38+01:00",
        "withdrawn_notice": {"explanation": "gone"},
        "links": {"organisations": [{"title": "DWP"}], "taxons": [{"title": "Welfare"}, 3]},
    }
    (entry,) = govuk.read(json.dumps({"results": [item]}), "g").entries
    assert (entry.organisation, entry.themes, entry.language) == ("DWP", ("Welfare",), "cy")
    assert (entry.issued, entry.withdrawn) == (date(2015, 5, 28), True)
    read = govuk.read(json.dumps([{"title": "No link"}, {**item, "links": 1}]), "g")
    assert [(p.index, p.field) for p in read.problems] == [(0, "link")]
    assert read.entries[0].organisation == ""


def test_jkans_words_for_nothing_are_nothing():
    record = {
        "title": " A  <b>title</b> ",
        "license": "No licence",
        "organization": "Org",
        "maintainer": "Somebody",
        "category": ["Uncategorised", "Education"],
        "resources": [{"format": "No file type", "url": "https://a", "name": "x"}],
        "ours": 1,
    }
    (entry,) = jkan.read(json.dumps(record), "s").entries
    assert (entry.title, entry.licence, entry.themes) == ("A title", "", ("Education",))
    assert entry.distributions == (Distribution("x", "https://a"),)
    assert entry.extra == {"jkan": {"maintainer": "Somebody", "ours": 1}}


@pytest.mark.parametrize(
    ("text", "index", "reason"),
    [
        ("name,url\na,b\n", None, "no column provider"),
        ("name,url,provider\na,b,c,d\ne,f,g\n", 0, "more values than"),
        ("name,url,provider\n,b,c\ne,f,g\n", 0, "no title"),
        ('name,url,provider\n"' + "x" * 200_000 + '",b,c\n', None, "not CSV"),
    ],
)
def test_a_bad_row_of_the_api_catalogue_is_told(text, index, reason):
    read = ukapi.read(text, "api")
    assert (read.problems[0].index, reason in read.problems[0].reason) == (index, True)
    assert [e.title for e in read.entries] == (["e"] if index == 0 else [])


@pytest.mark.parametrize("path", sorted((DATA / "councils").glob("*.json")), ids=lambda p: p.stem)
def test_a_councils_answer_is_read_as_it_is_served(path):
    read = arcgis.read(path.read_text("utf-8"), path.stem)
    assert read.problems == ()
    assert len(read.entries) in (2, 3, 4)
    for entry in read.entries:
        assert entry.title
        assert entry.url.startswith("https://")
        assert entry.organisation
        assert "{{" not in entry.contact
        assert "?" not in entry.contact
        assert entry.access_rights == "public"
        assert entry.language == "en"
        assert "<" not in entry.description
    if path.stem.startswith("arcgis"):
        assert any(e.columns and e.licence for e in read.entries)


def test_every_answer_of_the_eight_councils_is_read():
    folder = beside("catalogues/dcat-raw")
    reads = [arcgis.read(p.read_text("utf-8"), p.stem) for p in sorted(folder.glob("*.json"))]
    assert [len(r.entries) for r in reads] == [20, 20, 20, 44, 68, 22, 126, 21]
    assert [r.problems for r in reads] == [()] * 8


def test_a_bad_item_of_a_hub_is_told():
    items = [{"id": "a"}, {"attributes": {"name": "No id"}}, {"attributes": {"name": "N", "id": 1}}]
    read = arcgis.read(json.dumps({"data": items}), "s")
    assert [(p.index, p.field) for p in read.problems] == [(0, "attributes"), (1, "id")]
    (entry,) = read.entries
    assert (entry.url, entry.licence, entry.distributions) == (f"{arcgis.ADDRESS}1", "", ())


def test_terms_that_name_no_licence_are_kept_as_words():
    terms = {"name": "N", "id": "1", "licenseInfo": "<p>Ask  us.</p>", "structuredLicense": 1}
    (entry,) = arcgis.read(json.dumps({"data": [{"attributes": terms}]}), "s").entries
    assert entry.licence == "Ask us."


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("ckan_package_show_create", ["Datasets' List"]),
        ("ckan_package_show_inspire", ["Flood Map for Planning (Rivers and Sea)- Flood Zone 2"]),
        ("ckan_package_show_update", ["Ford Crossings"]),
        ("solr_inspire_dataset", ["Price Paid Data"]),
    ],
)
def test_answers_of_ckan_are_read(name, titles):
    read = ckan.read((DATA / f"ckan/{name}.json").read_text("utf-8"), "data.gov.uk")
    assert read.problems == ()
    assert [e.title for e in read.entries] == titles


def test_what_ckan_says_is_taken_and_what_is_left_is_kept():
    text = (DATA / "ckan/ckan_package_show_update.json").read_text("utf-8")
    (entry,) = ckan.read(text, "data.gov.uk").entries
    assert entry.organisation == "Durham County Council"
    assert entry.contact == "Durham County Council <durham.opendata@gmail.com>"
    assert entry.licence.startswith("http://www.nationalarchives.gov.uk/doc/open-government")
    assert entry.themes == ("Environment", "Transport")
    assert "flooding" in entry.tags
    assert entry.modified == date(2018, 3, 18)
    assert entry.distributions[0].format == "CSV"
    assert entry.sources == (
        Provenance("data.gov.uk", "7509bbb5-ce6a-4801-8d77-b72c58d46180", entry.url),
    )
    kept = entry.extra["ckan"]
    assert kept["creator_user_id"] == "60e687bf-a6d8-43e2-a50e-efab84b27952"
    assert "data_issued" in kept["extras"]


def test_solr_holds_packages_as_text():
    (first, second) = ckan.read((DATA / "ckan/solr_response.json").read_text("utf-8"), "s").entries
    assert first.title.startswith("Non-consolidated Performance Related Pay")
    assert (first.frequency, first.places) == ("annual", ("England",))
    assert first.period == (date(2010, 4, 1), date(2015, 3, 31))
    assert second.title
    (price,) = ckan.read((DATA / "ckan/solr_inspire_dataset.json").read_text("utf-8"), "s").entries
    assert (price.frequency, price.language) == ("monthly", "en")
    assert price.period == (date(1995, 1, 1), None)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (3, "no answer of CKAN"),
        ({"success": False, "error": {"message": "Not found"}}, "CKAN refused: Not found"),
        ({"success": False}, "does not say why"),
        ({"result": {"results": [{"id": "x"}]}}, "no title"),
        ([{"title": "T", "validated_data_dict": "{"}], "not JSON"),
    ],
)
def test_what_is_no_package_is_a_problem(document, reason):
    read = ckan.read(json.dumps(document), "s")
    assert read.entries == ()
    assert reason in read.problems[0].reason


def test_the_organisation_the_licence_and_the_tags_of_a_package_in_their_other_forms():
    package = {
        "title": "T",
        "organization": "a-council",
        "license_id": "uk-ogl",
        "tags": ["a", "b"],
        "validated_data_dict": "[]",
        "extras": [{"key": "fairway_remainder", "value": "["}],
    }
    (entry,) = ckan.read(json.dumps([package]), "s").entries
    assert (entry.organisation, entry.licence, entry.tags) == ("a-council", OGL, ("a", "b"))
    package |= {"license_id": "", "license_title": "Ask", "extras": []}
    assert ckan.read(json.dumps(package), "s").entries[0].licence == "Ask"


def test_data_json_as_agencies_write_it_is_read():
    dataset = {
        "@type": "dcat:Dataset",
        "title": "Claims",
        "identifier": "A-1",
        "modified": "R/P1Y",
        "accessLevel": "public",
        "publisher": {"name": "Agency", "subOrganizationOf": {"name": "Department"}},
        "contactPoint": {"fn": "Team", "hasEmail": "mailto:a@b.gov"},
        "temporal": "2000-01-15T00:45:00Z/2010-01-15T00:06:00Z",
        "accrualPeriodicity": "R/P3M",
        "language": ["en-US"],
        "bureauCode": ["015:11"],
        "distribution": [{"downloadURL": "https://a/b.csv", "mediaType": "text/csv"}],
    }
    (entry,) = datajson.read(json.dumps({"dataset": [dataset]}), "s").entries
    assert entry.period == (date(2000, 1, 15), date(2010, 1, 15))
    assert (entry.frequency, entry.language, entry.modified) == ("quarterly", "en", None)
    assert entry.contact == "Team <a@b.gov>"
    assert entry.extra == {"datajson": {"modified": "R/P1Y", "bureauCode": ["015:11"]}}
    read = datajson.read(json.dumps([{**dataset, "temporal": "long ago", "publisher": "P"}]), "s")
    assert read.entries[0].extra["datajson"]["temporal"] == "long ago"
    assert read.entries[0].organisation == "P"
    (problem,) = datajson.read('{"dataset": 3}', "s").problems
    assert problem.field == "dataset"


# ------------------------------------------------------------------ what they share


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2017-06-30T09:08:37.040Z", date(2017, 6, 30)),
        ("2017-06-30", date(2017, 6, 30)),
        ("30/06/2017", date(2017, 6, 30)),
        (1498780800000, date(2017, 6, 30)),
        (date(2017, 6, 30), date(2017, 6, 30)),
        (datetime(2017, 6, 30, 1), date(2017, 6, 30)),
        ("2017", None),
        ("2017-06", None),
        ("2017-06-31", None),
        ("99/99/2017", None),
        (10**30, None),
        (float("nan"), None),
        (True, None),
        ([], None),
    ],
)
def test_days_are_read_and_none_is_made_up(written, read):
    assert reading.day(written) == read


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a < b & c", "a < b & c"),
        ("<p>One</p><p>Two&nbsp;&amp; three</p>", "One\n\nTwo & three"),
        ("<style>x{}</style>Seen<script>y</script><br/>again", "Seen\nagain"),
        ("<div></style>a</div>", "a"),
    ],
)
def test_markup_is_read_as_it_would_be_seen(markup, text):
    assert reading.without_markup(markup) == text


def test_ids_are_the_same_each_time_and_differ_for_each_record():
    one = reading.named("https://a.gov.uk", "https://b/Car Parks")
    assert one == reading.named("https://a.gov.uk", "https://b/Car Parks")
    assert one.startswith("a-gov-uk-b-car-parks-")
    assert one != reading.named("https://a.gov.uk", "https://b/car-parks")
    assert reading.named("", "!") == reading.named("", "!")


def test_a_text_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "LONGEST_TEXT", 10)
    (problem,) = jkan.read("[" + " " * 20 + "]", "s").problems
    assert "10 are the most" in problem.reason
    assert str(problem) == f"s: {problem.reason}"


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Team <a@b.uk>", ("Team", "a@b.uk")),
        ("a@b.uk", ("", "a@b.uk")),
        ("Team", ("Team", "")),
        ("", ("", "")),
    ],
)
def test_a_contact_is_one_line_and_its_parts(line, parts):
    assert contacts.parts(line) == parts
    assert contacts.one_line(*parts) == line


def test_a_mail_address_is_bare():
    assert contacts.one_line("T", "mailto:a@b.uk?subject=x") == "T <a@b.uk>"
    assert contacts.one_line("a@b.uk", "a@b.uk") == "a@b.uk"


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("R/P1Y", "annual"),
        ("http://publications.europa.eu/resource/authority/frequency/ANNUAL_2", "semiannual"),
        ("freq:daily", "daily"),
        ("Fortnightly", "biweekly"),
        ("when it rains", "when it rains"),
    ],
)
def test_frequencies_are_words_of_one_vocabulary(written, word):
    assert vocabularies.frequency(written) == word


def test_languages_and_licences_have_one_form():
    assert vocabularies.language(f"{vocabularies.EU_LANGUAGE}CYM") == "cy"
    assert vocabularies.language("en_GB") == "en"
    assert vocabularies.language("Klingon") == "Klingon"
    assert vocabularies.licence("No licence") == ""
    assert vocabularies.licence_in("See https://creativecommons.org/licenses/by/4.0/.") != ""
    assert vocabularies.licence_in("None.") == ""


# ------------------------------------------------------------------ nothing stops them


NAMES = st.sampled_from(
    [
        *("title", "name", "id", "url", "provider", "dataset", "data", "attributes", "results"),
        *("result", "success", "extras", "tags", "resources", "distribution", "organization"),
        *("@id", "@type", "@context", "@graph", "@value", "dcat:dataset", "dct:title", "type"),
        *("link", "links", "license", "licenseInfo", "contactPoint", "publisher", "keyword"),
        *("dcat:distribution", "dcat:contactPoint", "fairway:remainder", "temporal", "outputPorts"),
        *("identifier", "fairwayRemainder", "team", "members", "customProperties", "docs", "key"),
    ]
)
VALUES = st.recursive(
    JSON | st.sampled_from(["dcat:Dataset", "dcat:DataService", "A title", 1e400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.parametrize("name", FORMATS)
@given(document=VALUES)
def test_whatever_a_document_holds_is_read_or_told(name, document):
    read = FORMATS[name].read(json.dumps(document), "s")
    assert all(e.title.strip() and e.get_at is GetAt.ELSEWHERE for e in read.entries)
    assert all(p.source == "s" and p.reason for p in read.problems)


@pytest.mark.parametrize("name", FORMATS)
@given(text=st.text(max_size=60))
def test_whatever_a_text_holds_is_read_or_told(name, text):
    read = FORMATS[name].read(text, "s")
    assert all(p.source == "s" and p.reason for p in read.problems)


@pytest.mark.parametrize("name", FORMATS)
def test_deep_nesting_is_told(name):
    for depth in (300, 100_000):
        read = FORMATS[name].read("[" * depth + "]" * depth, "s")
        assert read.entries == ()


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.write])
def test_what_a_format_writes_it_reads(name):
    form = FORMATS[name]
    (entry,) = jkan.read(json.dumps({"title": "T", "organization": "O"}), "s").entries
    text = form.write([replace(entry, description="D")], dcat.About("C", "D", "P"))
    assert form.media_type
    found = form.read(text, "s")
    assert len(found.entries) == 1 or name == "ukgov"
