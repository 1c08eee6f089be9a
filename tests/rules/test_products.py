"""What makes a contract publishable, and what breaks whom."""

from dataclasses import replace

import pytest
from tests.builders import COLUMNS, a_contract, an_agreement, some_terms

from fairway.nouns.products import (
    AccessClass,
    Classification,
    Column,
    LogicalType,
    SourceField,
)
from fairway.rules import products as rules

FOUND = tuple(SourceField(c.name.upper(), c.type, "NATIVE") for c in COLUMNS)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.2.3", (1, 2, 3)),
        ("v10.0.0", (10, 0, 0)),
        ("1.2", None),
        ("1.2.x", None),
        ("1.2.3-beta", None),
        ("", None),
        ("1.2.³", None),
        ("1.2.9999999999", None),
    ],
)
def test_versions(text, version):
    assert rules.parse_version(text) == version
    assert bool(rules.version_malformed(a_contract(version=text), "f")) == (version is None)


def problems(found):
    return rules.schema_problems(a_contract(), found, "f.yaml")


def test_a_source_that_agrees_has_no_problem_whatever_else_it_holds():
    assert problems((*FOUND, SourceField("more", None, "BLOB"))) == ()


def test_a_missing_column_is_named_with_its_field():
    (problem,) = problems(FOUND[1:])
    assert (problem.code, problem.file, problem.field) == (
        "contract.column_missing",
        "f.yaml",
        "schema[0].properties[0].name",
    )


@pytest.mark.parametrize(
    ("found", "remedy"),
    [
        (SourceField("weeks", LogicalType.STRING, "VARCHAR"), "Write logicalType: string."),
        (
            SourceField("weeks", None, "STRUCT"),
            "Take the column out of the contract, or convert it in the source.",
        ),
    ],
)
def test_a_wrong_type_is_named_with_what_is_there(found, remedy):
    (problem,) = problems((*FOUND[:4], found))
    assert problem.code == "contract.wrong_type"
    assert problem.remedy == remedy
    assert found.native_type in problem.message


def test_a_source_may_be_narrower_than_promised():
    contract = a_contract(columns=(Column("n", LogicalType.NUMBER),))
    found = (SourceField("n", LogicalType.INTEGER, "INTEGER"),)
    assert rules.schema_problems(contract, found, "") == ()


def test_a_source_that_can_be_read_in_several_ways_may_be_promised_in_each():
    contract = a_contract(columns=(Column("code", LogicalType.STRING),))
    as_text = frozenset({LogicalType.STRING})
    found = (SourceField("code", LogicalType.INTEGER, "text", as_text),)
    assert rules.schema_problems(contract, found, "") == ()
    stored = (SourceField("code", LogicalType.INTEGER, "BIGINT"),)
    assert len(rules.schema_problems(contract, stored, "")) == 1


def test_an_open_product_holds_nothing_about_people():
    contract = a_contract(access=AccessClass.OPEN)
    fields = [p.field for p in rules.open_problems(contract, "f")]
    assert fields == [f"schema[0].properties[{i}].classification" for i in range(3)]
    assert rules.open_problems(a_contract(), "f") == ()
    about_nobody = (replace(COLUMNS[0], classification=Classification.NONE),)
    assert rules.open_problems(replace(contract, columns=about_nobody), "f") == ()


RETYPED = (*COLUMNS[:4], replace(COLUMNS[4], type=LogicalType.NUMBER))


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"version": "1.0.1"}, []),
        ({"version": "1.0.0"}, ["contract.version_not_higher"]),
        ({"version": "0.9.0"}, ["contract.version_not_higher"]),
        ({"version": "next"}, ["contract.version_malformed"]),
        ({"version": "1.1.0", "columns": COLUMNS[:4]}, ["contract.breaking_change"]),
        ({"version": "1.1.0", "columns": RETYPED}, ["contract.breaking_change"]),
        ({"version": "2.0.0", "columns": COLUMNS[:4]}, []),
        ({"version": "1.1.0", "columns": (*COLUMNS, Column("more", LogicalType.DATE))}, []),
    ],
)
def test_a_new_version_says_what_changed(changes, codes):
    found = rules.version_problems(a_contract(), a_contract(**changes), [], "f")
    assert [p.code for p in found] == codes


def test_a_breaking_change_says_whom_it_breaks():
    before, after = a_contract(), a_contract(version="1.1.0", columns=RETYPED)
    uses = an_agreement()
    others = [an_agreement(id="AG-2", granted=some_terms("region")), an_agreement(granted=None)]
    (problem,) = rules.version_problems(before, after, [uses, *others], "f")
    assert "breaks 1 live agreement: AG-1 (dfe-analyst)." in problem.message
    assert "integer to number" in problem.message
    assert problem.remedy == "Publish it as version 2.0.0."
    assert rules.whom_it_breaks(before, after, []) == "It breaks no live agreement."
    assert "2 live agreements" in rules.whom_it_breaks(before, after, [uses, uses])
