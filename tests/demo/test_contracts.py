"""Each product is offered by a valid contract that says exactly what the file holds."""

import json
import uuid
from functools import cache

import duckdb
import jsonschema
import pyarrow.parquet as pq
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from fairway.demo import load
from fairway.demo.tidy import PRODUCTS
from fairway.nouns.products import AccessClass, Classification, LogicalType

RESTRICTED = {
    "beis.redundancy_notices",
    "dfe.apprenticeship_starts",
    "hmrc.payrolled_employees",
    "ons.acs_2019_person_sample",
}
LOGICAL = {
    "BIGINT": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "number",
    "TIMESTAMP": "timestamp",
    "VARCHAR": "string",
}


@cache
def document(product):
    return yaml.safe_load(load.contract_of(product).read_text("utf-8"))


def schema_of(product):
    (found,) = document(product)["schema"]
    return found


def custom(product):
    return {each["property"]: each["value"] for each in document(product)["customProperties"]}


def test_there_is_a_contract_for_every_product_and_no_other():
    assert sorted(load.CONTRACTS.iterdir()) == sorted(map(load.contract_of, PRODUCTS))


@pytest.mark.parametrize("product", PRODUCTS)
def test_contract_is_valid_by_the_official_schema(product, request):
    schema = json.loads((request.path.parent / "odcs-json-schema-v3.2.0.json").read_text("utf-8"))
    validator = jsonschema.Draft201909Validator(schema)
    assert [error.message for error in validator.iter_errors(document(product))] == []


@pytest.mark.parametrize("product", PRODUCTS)
def test_contract_is_read_by_the_standards_library(product):
    read = OpenDataContractStandard.from_string(load.contract_of(product).read_text("utf-8"))
    assert read.id == document(product)["id"]
    assert read.schema_ is not None
    assert [each.name for each in read.schema_] == [product.partition(".")[2]]


@pytest.mark.parametrize("product", PRODUCTS)
def test_contract_names_the_product_its_owner_and_its_file(product):
    domain, _, table = product.partition(".")
    contract = document(product)
    assert contract["apiVersion"] == "v3.2.0"
    assert contract["kind"] == "DataContract"
    assert contract["id"] == str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:fairway:demo:{product}"))
    assert (contract["version"], contract["status"]) == ("1.0.0", "active")
    assert (contract["domain"], contract["dataProduct"]) == (domain, product)
    assert schema_of(product)["name"] == table
    assert contract["team"]["members"] == [{"username": f"{domain}-owner", "role": "data owner"}]
    (server,) = contract["servers"]
    assert (server["type"], server["format"]) == ("local", "parquet")
    assert server["path"] == load.path_of(product).as_posix()
    assert {"purpose", "limitations", "usage"} <= contract["description"].keys()


@pytest.mark.parametrize("product", PRODUCTS)
def test_contract_says_how_one_gets_at_it_and_whom_to_thank(product):
    said = custom(product)
    assert AccessClass(said["accessClass"]) == (
        AccessClass.RESTRICTED if product in RESTRICTED else AccessClass.OPEN
    )
    assert said["securityClassification"] == "OFFICIAL"
    assert said["attribution"].startswith("Source: ")
    assert said["publisher"]
    if product != "ons.acs_2019_person_sample":
        assert said["licence"] == "OGL-UK-3.0"
        assert "Open Government Licence v3.0" in said["attribution"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_columns_are_those_of_the_file_in_order_and_type(product, data_dir):
    path = data_dir / load.path_of(product)
    described = duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
    properties = schema_of(product)["properties"]
    assert [(p["name"], p["physicalType"]) for p in properties] == [row[:2] for row in described]
    assert [p["logicalType"] for p in properties] == [LOGICAL[row[1]] for row in described]


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_column_is_described_and_classified(product):
    for column in schema_of(product)["properties"]:
        LogicalType(column["logicalType"])
        Classification(column["classification"])
        assert column["description"].endswith("."), column["name"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_required_columns_hold_no_null_and_keys_name_a_row_once(product, data_dir):
    table = pq.read_table(data_dir / load.path_of(product))
    properties = schema_of(product)["properties"]
    for column in properties:
        if column.get("required"):
            assert table[column["name"]].null_count == 0, column["name"]
        if column.get("unique"):
            assert len(table[column["name"]].unique()) == table.num_rows, column["name"]
    key = {c["name"] for c in properties if c.get("primaryKey")}
    rules = [rule.get("arguments", {}).get("properties") for rule in schema_of(product)["quality"]]
    assert not key or key in [set(columns) for columns in rules if columns]  # and the rules hold


@pytest.mark.parametrize("product", PRODUCTS)
def test_quality_rules_hold(product, data_dir):
    path = data_dir / load.path_of(product)
    rules = schema_of(product)["quality"]
    assert {rule.get("metric", "sql") for rule in rules} >= {"rowCount", "duplicateValues"}
    for rule in rules:
        match rule.get("metric"):
            case "rowCount":
                query = f"SELECT count(*) FROM '{path}'"
            case "duplicateValues":
                columns = ", ".join(rule["arguments"]["properties"])
                query = (
                    f"SELECT (SELECT count(*) FROM '{path}') - count(*) "
                    f"FROM (SELECT DISTINCT {columns} FROM '{path}')"
                )
            case _:
                query = rule["query"].replace("${table}", f"'{path}'")
        ((found,),) = duckdb.sql(query).fetchall()
        if "mustBeLessThan" in rule:
            assert found < rule["mustBeLessThan"], rule
        else:
            assert found == rule["mustBe"], rule


def test_what_is_said_of_people_is_classified():
    said = {
        c["name"]: c["classification"]
        for c in schema_of("ons.acs_2019_person_sample")["properties"]
    }
    assert {name for name, kind in said.items() if kind == "special category"} == {
        "cognitive_difficulty",
        "hearing_difficulty",
        "hispanic_origin",
        "race",
        "veteran_disability_rating",
        "vision_difficulty",
        "walking_difficulty",
    }
    assert {name for name, kind in said.items() if kind == "identifier"} == {
        "puma",
        "puma_density",
        "record_number",
    }
    assert {name for name, kind in said.items() if kind == "none"} == {
        "household_weight",
        "household_weight_status",
        "person_weight",
    }


def test_statistics_say_nothing_of_anyone():
    for product in PRODUCTS:
        if product != "ons.acs_2019_person_sample":
            kinds = {c["classification"] for c in schema_of(product)["properties"]}
            assert kinds == {"none"}, product
