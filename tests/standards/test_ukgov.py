"""The UK Cross-Government Metadata Exchange Model: what is valid, what not and why, in and out."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.standards.entries import entries
from tests.standards.shared import DATA

from fairway.nouns.entries import CatalogueEntry, Distribution, EntryKind, GetAt
from fairway.standards import documents, ukgov, ukgov_rules

EXAMPLES = DATA / "ukgov"
VALID = sorted(EXAMPLES.glob("*/valid/*.yaml"))
INVALID = sorted(EXAMPLES.glob("*/invalid/*.yaml"))
REASONS = {
    "ContactPoint/invalid-contact-email": "email",
    "ContactPoint/missing-contact-name": "contactName",
    "DataService/dwp-address-lookup": "contactPoint",
    "DataService/invalid-access-right": "accessRights",
    "DataService/invalid-date-format": "modified",
    "DataService/invalid-datetime-format": "modified",
    "DataService/invalid-email": "contactPoint",
    "DataService/invalid-security-classification": "securityClassification",
    "DataService/invalid-serviceStatus": "serviceStatus",
    "DataService/licence-attribute-misspelled": "license",
    "DataService/missing-security-classification": "securityClassification",
    "Dataset/invalid-distribution": "distribution[0]",
    "Dataset/invalid-frequency": "updateFrequency",
    "Dataset/invalid-type": "type",
    "Dataset/missing-frequency": "updateFrequency",
    "Dataset/multiple-frequency": "updateFrequency",
    "Distribution/invalid-mediatype-csv": "mediaType",
    "Distribution/invalid-mediatype-uri": "mediaType",
    "Distribution/multiple-mediatype": "mediaType",
    "Distribution/os-postcodes-csv-distribution": "type",
}


def example(path):
    return documents.read_all(path.read_text("utf-8"), path.name)[0]


def name_of(path):
    return f"{path.parent.parent.name}/{path.stem}"


def test_all_examples_of_the_model_are_here():
    assert (len(VALID), len(INVALID)) == (12, 20)
    assert {name_of(p) for p in INVALID} == set(REASONS)


@pytest.mark.parametrize("path", VALID, ids=name_of)
def test_what_the_model_calls_valid_is_accepted(path):
    record = example(path)
    assert ukgov.problems(record) == ()
    assert list(ukgov_rules.problems(record, path.parent.parent.name)) == []


@pytest.mark.parametrize("path", INVALID, ids=name_of)
def test_what_the_model_calls_invalid_is_refused_with_the_field_and_the_reason(path):
    record = example(path)
    found = dict(ukgov_rules.problems(record, path.parent.parent.name))
    assert found[REASONS[name_of(path)]].startswith(("This", "The model", "Distribution", "D", "C"))
    assert ukgov.problems(record)
    read = ukgov.read(path.read_text("utf-8"), path.name)
    assert read.entries == ()
    assert {(p.source, p.index) for p in read.problems} == {(path.name, 0)}


def test_a_misspelled_field_is_told_its_name():
    record = example(EXAMPLES / "DataService/invalid/licence-attribute-misspelled.yaml")
    reasons = dict(ukgov_rules.problems(record, "DataService"))
    assert reasons["license"].endswith("Did you mean 'licence'?")


MINIMAL = example(EXAMPLES / "Dataset/valid/Dataset-minimal-datset.yaml")
SERVICE = example(EXAMPLES / "DataService/valid/DataService-hmrc-irr-api.yaml")


@pytest.mark.parametrize(
    ("field", "value", "where", "reason"),
    [
        ("type", "dcat:Catalog", "type", "which is no class of the model"),
        ("type", None, "type", "which is no class of the model"),
        ("title", 5, "title", "quotation marks"),
        ("title", "  ", "title", "is empty"),
        ("modified", "2023-02-30", "modified", "no day of the calendar"),
        ("keyword", "word", "keyword", "has to be a list"),
        ("creator", [], "creator", "is empty"),
        ("publisher", "DWP", "publisher", "perhaps 'department-for-work-pensions'"),
        ("publisher", "Nobody", "publisher", "none of the 1,176 known"),
        ("licence", "two words", "licence", "without spaces or has to have the form"),
        ("contactPoint", {"contactName": "x"}, "contactPoint.email", "has to have this field"),
        ("contactPoint", {"email": "a@b.uk", "contactName": 1}, "contactPoint.contactName", "text"),
        ("summary", "x" * 251, "summary", "has to have the form"),
    ],
)
def test_each_rule_of_the_model_is_kept(field, value, where, reason):
    (problem,) = ukgov.problems({**MINIMAL, field: value}, "s", 3)
    assert (problem.source, problem.index, problem.field) == ("s", 3, where)
    assert reason in problem.reason


@pytest.mark.parametrize(("size", "wrong"), [(1, 0), (0, 1), (True, 1), ("9", 1)])
def test_sizes_are_whole_numbers_from_one(size, wrong):
    form = example(EXAMPLES / "Distribution/valid/Distribution-os-postcodes-csv-distribution.yaml")
    assert len(ukgov.problems({**form, "byteSize": size, "downloadURL": "a:b"})) == wrong
    assert [p.field for p in ukgov.problems({**form, "downloadURL": "b"})] == ["downloadURL"]


def test_the_1176_organisations_are_known_by_slug_name_and_abbreviation():
    assert len(ukgov_rules.organisations()) == 1176
    for words in ("department-for-work-pensions", "Department for  Work and Pensions", "dwp"):
        assert ukgov_rules.organisation_slug(words) == "department-for-work-pensions"
    assert ukgov_rules.organisation_slug("nobody") == ""


@pytest.mark.parametrize("path", [p for p in VALID if p.parent.parent.name.startswith("Data")])
def test_records_come_out_as_they_went_in(path):
    read = ukgov.read(path.read_text("utf-8"), "cddo")
    assert read.problems == ()
    (entry,) = read.entries
    assert ukgov.record(entry) == example(path)
    assert ukgov.missing(entry) == ()
    assert ukgov.read(ukgov.write([entry]), "cddo").entries == (entry,)


def test_a_dataset_finds_its_distributions_and_one_that_nobody_names_is_told():
    form = example(EXAMPLES / "Distribution/valid/Distribution-os-postcodes-csv-distribution.yaml")
    other = {**form, "identifier": "os-csv"}
    dataset = {**MINIMAL, "distribution": [form["identifier"], "os-csv", "https://a.gov.uk/b"]}
    read = ukgov.read(json.dumps([dataset, form, other]), "s")
    assert read.problems == ()
    first, second, third = read.entries[0].distributions
    assert (first.url, first.media_type, first.bytes) == (form["identifier"], "text/csv", 14330000)
    assert second.url == form["downloadURL"]
    assert third == Distribution(url="https://a.gov.uk/b")
    (problem,) = ukgov.read(json.dumps([MINIMAL, form]), "s").problems
    assert (problem.index, problem.field) == (1, "identifier")
    assert str(problem).startswith("s, record 1: identifier: No dataset")


def test_a_bad_record_does_not_stop_the_rest():
    read = ukgov.read(json.dumps([7, {**MINIMAL, "version": 2}, SERVICE, None]), "s")
    assert [e.title for e in read.entries] == ["Interest Restriction Return (IRR) API"]
    assert [(p.index, p.field) for p in read.problems] == [(0, ""), (1, "version"), (3, "")]


@pytest.mark.parametrize("text", ["[1", "a: [", "{" * 100_000])
def test_what_is_neither_json_nor_yaml_is_a_problem(text):
    read = ukgov.read(text, "s")
    assert (read.entries, len(read.problems)) == ((), 1)


def test_several_yaml_documents_and_lists_in_them_are_read():
    text = "---\n".join(path.read_text("utf-8") for path in VALID if "Dataset" in path.name)
    assert len(ukgov.read(text, "s").entries) == 2
    assert ukgov.read("- 1\n- 2\n", "s").problems[1].index == 1


def test_what_an_entry_lacks_for_the_model_is_listed():
    entry = CatalogueEntry("x", EntryKind.DATASET, "T", get_at=GetAt.REQUEST_HERE)
    assert {p.field for p in ukgov.missing(entry)} == {
        *("contactPoint", "creator", "description", "licence", "modified", "publisher"),
        *("securityClassification", "updateFrequency", "version"),
    }
    fuller = replace(
        entry,
        description="D",
        contact="a@b.uk",
        organisation="DWP",
        licence="https://a.uk/l",
        modified=date(2026, 1, 1),
        classification="official",
        frequency="annual",
        version="1",
        themes=("not an address",),
    )
    assert ukgov.missing(fuller) == ()
    assert ukgov.record(fuller)["accessRights"] == "INTERNAL"


SLUGS = st.sampled_from(sorted(ukgov_rules.organisations()))
LINE = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=9)
URI = LINE.map(lambda t: f"https://{t}.gov.uk/x")
DAY = st.dates(min_value=date(1900, 1, 1)).map(date.isoformat)


@st.composite
def valid_records(draw):
    service = draw(st.booleans())
    name = "DataService" if service else "Dataset"
    by_field = {
        "type": st.just(f"dcat:{name}"),
        "contactPoint": st.fixed_dictionaries(
            {"contactName": LINE, "email": LINE.map(lambda t: f"{t}@b.uk")},
            optional={"telephone": LINE, "address": LINE},
        ),
        "creator": st.lists(SLUGS, min_size=1, max_size=2, unique=True),
        "publisher": SLUGS,
        "endpointURL": URI,
        "keyword": st.lists(LINE, min_size=1, max_size=3, unique=True),
        "theme": st.lists(URI, min_size=1, max_size=3, unique=True),
    }
    record = {}
    for rule in ukgov_rules.kinds()[name].values():
        if rule.required or draw(st.booleans()):
            value = draw(by_field.get(rule.name, st.none()))
            if value is None:
                value = draw(_value(rule))
            record[rule.name] = value
    return record


def _value(rule):
    for value, made in (
        ("2024-02-29", DAY),
        ("OPEN", st.sampled_from(["OPEN", "INTERNAL", "COMMERCIAL"])),
        ("OFFICIAL", st.sampled_from(["OFFICIAL", "SECRET"])),
        ("LIVE", st.just("LIVE")),
        ("REST", st.just("REST")),
        ("freq:annual", st.sampled_from(["freq:annual", "freq:daily"])),
        ("https://a.uk/b", URI),
        ("free text", LINE),
    ):
        if not rule.check(value) and (rule.check("free text") or value == "free text"):
            return st.lists(made, min_size=1, max_size=2, unique=True) if rule.several else made
    raise AssertionError(rule.name)


@given(valid_records())
def test_any_valid_record_comes_out_as_it_went_in(record):
    assert ukgov.problems(record) == ()
    (entry,) = ukgov.read(json.dumps(record), "s").entries
    assert ukgov.record(entry) == record


@given(entries())
def test_any_entry_is_written_and_what_is_missing_is_said(entry):
    record = ukgov.record(entry)
    assert bool(ukgov.missing(entry)) == bool(ukgov.problems(record))
    json.loads(ukgov.write([entry]))
