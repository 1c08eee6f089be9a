"""Open Data Product Standard: products out, products in, and the verdict of its schema."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import yaml

from fairway.nouns.entries import Distribution
from fairway.nouns.products import (
    AccessClass,
    Column,
    Contract,
    DataProduct,
    LogicalType,
    Source,
)
from fairway.standards import odps

CONTRACT = Contract(
    id="c-1",
    version="1.0.0",
    domain="dwp",
    table="claims",
    title="Claims",
    description="To pay.",
    owner="dwp-owner",
    access=AccessClass.OPEN,
    columns=(Column("weeks", LogicalType.INTEGER),),
    source=Source("local", "parquet", "c.parquet"),
    tags=("benefits",),
    document={"description": {"purpose": "To pay.", "limitations": None}},
)
PRODUCT = DataProduct(
    "dwp.claims", CONTRACT, CONTRACT.source, "dwp-owner", datetime(2026, 1, 1, tzinfo=UTC)
)
OTHERS = {
    "apiVersion": "v1.0.0",
    "kind": "DataProduct",
    "id": "p-1",
    "status": "active",
    "name": "Customers",
    "description": {"purpose": "To know.", "usage": "Ask.", "authoritativeDefinitions": []},
    "outputPorts": [{"name": "table", "version": "1.0.0", "contractId": "c", "type": "tables"}],
    "inputPorts": [{"name": "in", "version": "1.0.0", "contractId": "i"}],
    "team": {"members": [{"username": "a", "role": "reader"}, {"username": "b", "role": "Owner"}]},
    "customProperties": [{"property": "colour", "value": "red"}],
}


def test_a_product_is_written_as_the_standard_asks():
    document = yaml.safe_load(odps.write(PRODUCT))
    assert odps.problems(document) == ()
    assert document["outputPorts"][0]["contractId"] == "c-1"
    assert document["description"] == {"purpose": "To pay."}
    bare = replace(PRODUCT, contract=replace(CONTRACT, document={}, tags=()))
    assert odps.document(bare)["description"] == {"purpose": "To pay."}
    silent = replace(PRODUCT, contract=replace(CONTRACT, document={}, description=""))
    assert "description" not in odps.document(silent)


def test_where_a_product_lies_and_who_owns_it_are_not_told():
    text = odps.write(PRODUCT)
    assert "c.parquet" not in text
    assert "dwp-owner" not in text


def test_a_written_product_is_read():
    (entry,) = odps.read(odps.write(PRODUCT), "node").entries
    assert (entry.title, entry.domain, entry.version) == ("Claims", "dwp", "1.0.0")
    assert entry.identifiers == ("dwp.claims",)
    assert entry.distributions == (Distribution("claims", format="tables"),)


def test_products_of_others_are_read_with_all_they_hold():
    (entry,) = odps.read(json.dumps(OTHERS), "s").entries
    assert (entry.description, entry.contact) == ("To know.\n\nAsk.", "b")
    kept = entry.extra["odps"]
    assert kept["inputPorts"] == OTHERS["inputPorts"]
    assert kept["customProperties"] == OTHERS["customProperties"]
    assert kept["outputPorts"] == OTHERS["outputPorts"]
    record = odps.record(entry)
    assert odps.problems(record) == ()
    assert {p: record[p] for p in ("inputPorts", "outputPorts", "team")} == {
        p: OTHERS[p] for p in ("inputPorts", "outputPorts", "team")
    }
    (again,) = odps.read(json.dumps(record), "s").entries
    assert replace(again, extra=entry.extra) == entry


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "Other"}, "kind"),
        ({"status": 1}, "status"),
        ({"colour": "red"}, ""),
        ({"outputPorts": [{"name": "x"}]}, "outputPorts[0]"),
    ],
)
def test_what_the_schema_refuses_is_told_with_its_place(change, field):
    text = json.dumps({**OTHERS, **change}) + "\n---\n" + json.dumps(OTHERS)
    read = odps.read(text, "s")
    assert len(read.entries) == 1
    assert [(p.index, p.field) for p in read.problems] == [(0, field)]


def test_what_is_no_document_is_a_problem():
    assert odps.read("a: [", "s").problems[0].reason.startswith("This is not well-formed")
