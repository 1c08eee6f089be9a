"""ODCS contracts: what is read, what is refused and where, and that every field comes out again."""

import copy
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.standards.shared import DATA, beside

import fairway.demo
from fairway.nouns.errors import BadInput
from fairway.nouns.products import AccessClass, Classification, LogicalType
from fairway.standards import documents, odcs
from fairway.standards.odcs import OdcsContracts

CONTRACTS = OdcsContracts()
MINIMAL = {
    "apiVersion": "v3.2.0",
    "kind": "DataContract",
    "id": "c-1",
    "name": "Claims",
    "version": "1.0.0",
    "status": "active",
    "domain": "dwp",
    "description": {"purpose": "To pay.", "limitations": "None known."},
    "servers": [{"server": "node", "type": "local", "format": "Parquet", "path": "c.parquet"}],
    "schema": [
        {
            "name": "claims",
            "description": "One row a claim.",
            "properties": [
                {"name": "weeks", "logicalType": "integer", "classification": "none"},
                {"name": "health", "logicalType": "string", "classification": "Special_Category"},
                {"name": "note", "logicalType": "string", "required": True},
            ],
        }
    ],
    "team": {"members": [{"username": "dwp-owner", "role": "data owner"}]},
}


def read(changes=None, path=()):
    document = copy.deepcopy(MINIMAL)
    place = document
    for part in path[:-1]:
        place = place[part]
    if path and changes is None:
        del place[path[-1]]
    elif path:
        place[path[-1]] = changes
    return CONTRACTS.read(yaml.safe_dump(document, sort_keys=False), "c.yaml")


def test_what_fairway_acts_on_is_read():
    contract = read()
    assert (contract.id, contract.domain, contract.table) == ("c-1", "dwp", "claims")
    assert contract.owner == "dwp-owner"
    assert contract.access is AccessClass.RESTRICTED
    assert contract.source.format == "parquet"
    assert contract.description == "To pay.\n\nNone known.\n\nOne row a claim."
    assert [c.classification for c in contract.columns] == [
        Classification.NONE,
        Classification.SPECIAL_CATEGORY,
        Classification.PERSONAL,
    ]
    assert contract.columns[0].type is LogicalType.INTEGER
    assert contract.columns[2].required


def test_what_an_open_contract_does_not_say_is_not_about_people():
    contract = read([{"property": "accessClass", "value": "Open"}], ("customProperties",))
    assert contract.access is AccessClass.OPEN
    assert contract.columns[2].classification is Classification.NONE


def test_a_team_may_be_a_list_and_an_owner_who_left_does_not_count():
    members = [
        {"username": "before", "role": "owner", "dateOut": "2025-01-01"},
        {"username": "after", "role": "Owner", "dateIn": "2025-01-02"},
    ]
    assert read(members, ("team",)).owner == "after"


PROPERTY = ("schema", 0, "properties", 0)


@pytest.mark.parametrize(
    ("changes", "path", "code", "field"),
    [
        ("Other", ("kind",), "contract.wrong_kind", "kind"),
        ("v2.2.2", ("apiVersion",), "contract.wrong_standard", "apiVersion"),
        (None, ("id",), "contract.field_missing", "id"),
        (None, ("version",), "contract.field_missing", "version"),
        (None, ("domain",), "contract.field_missing", "domain"),
        ("text", ("schema",), "contract.malformed", "schema"),
        ({"a": 1}, ("tags",), "contract.malformed", "tags"),
        (None, ("schema",), "contract.one_table", "schema"),
        ([], ("schema",), "contract.one_table", "schema"),
        (MINIMAL["schema"] * 2, ("schema",), "contract.one_table", "schema"),
        ("Claims", ("schema", 0, "name"), "contract.bad_name", "schema[0].name"),
        ("a; DROP", ("schema", 0, "name"), "contract.bad_name", "schema[0].name"),
        ([], ("schema", 0, "properties"), "contract.no_columns", "schema[0].properties"),
        ('a"b', (*PROPERTY, "name"), "contract.bad_name", "schema[0].properties[0].name"),
        (" a", (*PROPERTY, "name"), "contract.bad_name", "schema[0].properties[0].name"),
        ("HEALTH", (*PROPERTY, "name"), "contract.column_twice", "schema[0].properties[1].name"),
        (
            "object",
            (*PROPERTY, "logicalType"),
            "contract.unsupported_type",
            "schema[0].properties[0].logicalType",
        ),
        (
            None,
            (*PROPERTY, "logicalType"),
            "contract.field_missing",
            "schema[0].properties[0].logicalType",
        ),
        (
            "secret",
            (*PROPERTY, "classification"),
            "contract.unknown_classification",
            "schema[0].properties[0].classification",
        ),
        (None, ("servers",), "contract.server_missing", "servers"),
        (None, ("servers", 0, "path"), "contract.field_missing", "servers[0].path"),
        (None, ("servers", 0, "format"), "contract.field_missing", "servers[0].format"),
        (None, ("team",), "contract.owner_missing", "team.members"),
        (
            [{"property": "accessClass", "value": "secret"}],
            ("customProperties",),
            "contract.unknown_access_class",
            "customProperties",
        ),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(changes, path, code, field):
    with pytest.raises(BadInput) as caught:
        read(changes, path)
    error = caught.value
    assert (error.code, error.field, error.file) == (code, field, "c.yaml")
    assert error.remedy
    if changes is not None:
        assert error.line is not None


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: [1, 2", "document.syntax", 1),
        ("a: 1\nb: {x: 1\n", "document.syntax", 3),
        ("- a\n- b\n", "document.not_a_mapping", 1),
        ("", "document.not_a_mapping", 1),
        ("a: 1\nb: 2\na: 3\n", "document.field_twice", 3),
        ("a: !!python/object:os.system x", "document.syntax", 1),
        ("a: &a [x]\nb: *c\n", "document.syntax", 2),
        ("\x00", "document.syntax", None),
        ("[" * 5000, "document.syntax", None),
    ],
)
def test_what_is_no_document_is_refused_with_its_line(text, code, line):
    with pytest.raises(BadInput) as caught:
        documents.read(text, "c.yaml")
    assert (caught.value.code, caught.value.line) == (code, line)


def test_a_document_that_unfolds_into_too_much_is_refused():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    for text in (bomb, "a: " + "x" * documents.LONGEST_DOCUMENT):
        with pytest.raises(BadInput) as caught:
            documents.read(text, "c.yaml")
        assert caught.value.code == "document.too_large"


def test_unknown_fields_and_dates_come_out_as_they_went_in():
    extended = {
        **copy.deepcopy(MINIMAL),
        "ourOwnField": {"kept": ["as", "it", 1, 2.5, None, True]},
        "contractCreatedTs": "2026-01-31T00:00:00Z",
    }
    extended["schema"][0]["properties"][0]["ourOwn"] = "2026-01-31"
    text = yaml.safe_dump(extended, sort_keys=False).replace("'2026-01-31'", "2026-01-31")
    contract = CONTRACTS.read(text, "c.yaml")
    assert contract.document == extended
    assert CONTRACTS.read(CONTRACTS.write(contract), "c.yaml") == contract


@pytest.mark.parametrize(
    "path",
    sorted((Path(fairway.demo.__file__).parent / "contracts").glob("*.yaml")),
    ids=lambda p: p.stem,
)
def test_the_demos_contracts_round_trip(path):
    contract = CONTRACTS.read(path.read_text(encoding="utf-8"), path.name)
    again = CONTRACTS.read(CONTRACTS.write(contract), path.name)
    assert again == contract
    assert again.document == contract.document
    assert list(again.document) == list(contract.document)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1).map(lambda k: f"x{k}"), VALUES, max_size=4))
def test_export_then_import_is_the_identity_whatever_is_in_the_contract(more):
    document = {**copy.deepcopy(MINIMAL), **more}
    contract = CONTRACTS.read(yaml.safe_dump(document), "c.yaml")
    assert contract.document == document
    assert CONTRACTS.read(CONTRACTS.write(contract), "c.yaml").document == document


# ------------------------------------------------------------------ the standard's own verdict


def quality_rules(part):
    """Every quality rule of a contract, wherever it stands."""
    if isinstance(part, dict):
        yield from part.get("quality") or () if isinstance(part.get("quality"), list) else ()
        for value in part.values():
            yield from quality_rules(value)
    elif isinstance(part, list):
        for value in part:
            yield from quality_rules(value)


@pytest.mark.parametrize(
    ("name", "field", "reason"),
    [
        ("data-types__all-data-types", "schema[0].properties", "'2020-01-01' is not of type"),
        ("quality__column-completeness", "schema[0].properties", "'rule' is a required property"),
        ("stakeholders__basic-four-dpo", "team", "Data Protection Office"),
        ("athena", "servers[0]", "'staging_dir' is a required property"),
        ("shipments", "schema[0].properties[0]", "'physicalName'"),
        ("quality__column-custom", None, ""),
        ("schema__all-schema-types", None, ""),
        ("deeply-nested", None, ""),
    ],
)
def test_contracts_are_judged_by_the_schema_of_the_version_they_name(name, field, reason):
    text = (DATA / f"odcs/{name}.odcs.yaml").read_text("utf-8")
    found = odcs.problems(documents.read(text, name))
    assert bool(found) is (field is not None)
    if field is not None:
        problem = next(p for p in found if reason in p.message)
        assert problem.field.startswith(field)
        assert problem.line


def test_a_contract_of_an_unknown_version_is_held_against_the_newest():
    (problem, *_) = odcs.problems(documents.read("apiVersion: v9\n", "c.yaml"))
    assert problem.code == "contract.against_standard"


@pytest.mark.slow
def test_the_verdict_on_every_file_of_the_corpus_is_the_official_one():
    corpus = beside("odcs")
    index = json.loads((corpus / "index.json").read_text("utf-8"))
    verdicts = {}
    for entry in index:
        text = (corpus / entry["file"]).read_text("utf-8")
        document = documents.read(text, entry["file"])
        verdicts[entry["file"]] = "invalid" if odcs.problems(document) else "valid"
        again = documents.read(documents.write(document.content), entry["file"])
        assert again.content == document.content
    assert len(verdicts) == 132
    assert verdicts == {entry["file"]: entry["verdict"] for entry in index}


@pytest.mark.slow
def test_every_quality_rule_of_the_corpus_comes_out_again():
    corpus = beside("odcs")
    kept = 0
    for path in sorted(corpus.glob("*/*.yaml")):
        content = documents.read(path.read_text("utf-8"), path.name).content
        rules = list(quality_rules(dict(content)))
        again = documents.read(documents.write(content), path.name).content
        assert list(quality_rules(dict(again))) == rules
        kept += len(rules)
    assert kept >= 139
