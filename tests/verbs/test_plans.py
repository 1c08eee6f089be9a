"""A plan says what a query would do, is recorded, runs nothing, and tells of no hidden row."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.scene import REGIONS
from tests.verbs.partners import SUMS, asked, grant

from fairway.nouns.errors import FairwayError, Unavailable
from fairway.nouns.plans import EnginePlan, RelationPlan
from fairway.verbs import plans

STAYS = """
apiVersion: v3.2.0
kind: DataContract
id: stays-1
name: Stays
version: 1.0.0
status: active
domain: dwp
servers: [{server: node, type: local, format: parquet, path: stays}]
schema:
  - name: stays
    properties:
      - {name: year, logicalType: integer, classification: none}
      - {name: region, logicalType: string, classification: none}
      - {name: people, logicalType: integer, classification: none}
team:
  members: [{username: dwp-owner, role: data owner}]
"""
ALL = (("year", "keep"), ("region", "keep"), ("people", "keep"))


def put(scene, tmp_path, parts):
    for year, region, people in parts:
        folder = tmp_path / "node" / "data" / "stays" / f"year={year}" / f"region={region}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"people": people}), folder / "part.parquet")
    scene.publish(STAYS)


def stays(scene, **terms):
    return scene.approve(product="dwp.stays", **{"columns": ALL, **terms})


def planned(scene, sql, **more):
    more.setdefault("purpose", "policy-analysis")
    return plans.plan(scene.platform, scene.analyst, sql, **more)


def read(scene, sql):
    (product,) = planned(scene, sql).products
    return product.read


def test_a_plan_names_terms_files_engine_and_conditions_and_is_recorded(scene):
    scene.publish()
    columns = (("person", "pseudonym"), ("region", "keep"), ("weeks", "band:10"))
    agreement = scene.approve(columns=columns, scope="weeks < 50")
    plan = planned(
        scene,
        "SELECT person, count(*) AS n FROM dwp.claims"
        " WHERE region = 'Wales' AND CAST(region AS INTEGER) > 1 GROUP BY person",
    )
    (product,) = plan.products
    assert (product.product, product.agreements) == ("dwp.claims", (agreement.id,))
    assert dict(product.columns) == dict(columns)
    assert (product.rows, product.peer, product.version) == ("weeks < 50", "", "")
    assert product.read == RelationPlan(
        "dwp.claims", ("person", "region"), barrier=True, below="\"region\" = 'Wales'"
    )
    assert plan.above == ("(CAST(region AS INTEGER) > 1)",)
    assert (plan.engine, plan.parts) == ("duckdb", ())
    assert [field.name for field in plan.fields] == ["person", "n"]
    event = scene.events()[-1]
    assert (event.action, event.query_id, event.agreements) == (
        "query.planned",
        plan.id,
        (agreement.id,),
    )
    assert "query.granted" not in scene.actions()


def test_without_a_condition_that_can_fail_nothing_waits(scene):
    scene.publish()
    scene.approve(scope="weeks < 50")
    plan = planned(scene, "SELECT region FROM dwp.claims WHERE weeks > 3")
    assert (plan.products[0].read.barrier, plan.above) == (False, ())


def test_an_open_product_is_read_whole_and_its_files_are_counted(scene):
    scene.publish(REGIONS)
    plan = planned(scene, "SELECT * FROM dwp.regions WHERE CAST(region AS INTEGER) > 1")
    (product,) = plan.products
    assert (product.agreements, product.rows) == ((), "")
    assert (product.read.files, product.read.barrier, plan.above) == (1, False, ())


def test_a_join_without_a_text_of_its_own_waits_too(scene):
    scene.publish()
    scene.publish(REGIONS)
    scene.approve(scope="weeks < 50")
    plan = planned(scene, "SELECT count(*) FROM dwp.claims NATURAL JOIN dwp.regions")
    assert plan.above == (plans.JOINED,)


def test_only_permitted_partitions_are_read_and_told(scene, tmp_path):
    put(scene, tmp_path, [(2023, "Wales", [1]), (2024, "Wales", [2]), (2024, "London", [3])])
    stays(scene, scope="region = 'Wales'")
    told = read(scene, "SELECT sum(people) AS n FROM dwp.stays")
    assert (told.files, told.partitions) == (
        2,
        ("year = 2023, region = Wales", "year = 2024, region = Wales"),
    )


@pytest.mark.parametrize("scope", ["people > 1", "region = 'Wales' OR people > 100"])
def test_a_number_of_files_that_would_tell_of_hidden_rows_is_left_out(scene, tmp_path, scope):
    put(scene, tmp_path, [(2023, "Wales", [5]), (2024, "London", [1])])
    stays(scene, scope=scope)
    told = read(scene, "SELECT sum(people) AS n FROM dwp.stays")
    assert (told.files, told.partitions) == (None, ())


def test_partitions_are_told_by_columns_that_are_served_as_they_are(scene, tmp_path):
    put(scene, tmp_path, [(2023, "Wales", [1]), (2024, "Wales", [2])])
    stays(scene, columns=(("region", "prefix:1"), ("people", "keep")), scope="year = 2023")
    told = read(scene, "SELECT count(*) AS n FROM dwp.stays")
    assert (told.files, told.partitions, told.columns) == (1, (), ("region",))


def test_where_no_file_holds_a_permitted_row_nothing_is_told_of_the_others(scene, tmp_path):
    put(scene, tmp_path, [(2023, "Wales", [1])])
    stays(scene, scope="region = 'London'")
    assert read(scene, "SELECT count(*) AS n FROM dwp.stays").files is None


def test_two_worlds_that_differ_in_hidden_rows_have_one_plan(scene, tmp_path):
    put(scene, tmp_path, [(2023, "Wales", [1]), (2024, "London", [2])])
    stays(scene, scope="region = 'Wales'")
    sql = "SELECT year FROM dwp.stays WHERE 10 / people > 1 AND year > 2000"
    before = planned(scene, sql)
    for place in ("year=2025/region=London", "year=2026/region=Kent"):
        folder = tmp_path / "node" / "data" / "stays" / place
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"people": [0, 0]}), folder / "part.parquet")
    after = planned(scene, sql)
    assert replace(before, id="") == replace(after, id="")


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT person FROM dwp.claims", "access.column_not_granted"),
        ("SELECT * FROM dwp.nothing", "access.no_such_product"),
        ("SELECT", "query.syntax"),
    ],
)
def test_what_may_not_be_run_may_not_be_planned(scene, sql, code):
    scene.publish()
    scene.approve()
    with pytest.raises(FairwayError) as caught:
        planned(scene, sql)
    event = scene.events()[-1]
    assert (caught.value.code, event.action, event.outcome) == (code, "query.denied", "denied")


def test_an_engine_without_plans_says_so(scene):
    scene.publish(REGIONS)
    bare = replace(scene.platform, engine=object())
    with pytest.raises(Unavailable) as caught:
        plans.plan(bare, scene.analyst, "SELECT * FROM dwp.regions", "policy-analysis")
    assert caught.value.code == "engine.no_plans"


def test_a_condition_that_cannot_be_written_is_named(scene):
    class Odd:
        def plan(self, query, relations):
            return EnginePlan("odd", (), ({"class": "NOTHING"},))

    scene.publish(REGIONS)
    odd = replace(scene.platform, engine=Odd())
    plan = plans.plan(odd, scene.analyst, "SELECT * FROM dwp.regions", "policy-analysis")
    assert plan.above == ("a condition that cannot be written alone",)
    assert plan.products[0].read is None


def test_what_other_nodes_would_be_asked_is_told_and_not_asked(scene, other):
    grant(scene, other, asked(scene, other))
    before = len(other.heard)
    plan = planned(scene, SUMS)
    ((peer, sql),) = plan.parts
    assert (peer, "crossings" in sql) == ("ferries", True)
    assert (plan.products[0].peer, plan.products[0].read) == ("ferries", None)
    assert len(other.heard) == before
