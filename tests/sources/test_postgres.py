"""PostgreSQL: rows and columns are chosen in the database; its password stays with the node."""

import datetime
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from tests.scene import Scene
from tests.sources import fetching

from fairway.nouns.errors import BadInput, Cancelled, Refused, Unavailable
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.versions import Version
from fairway.rules import scopes
from fairway.settings import Connection
from fairway.sources.postgres import PostgresSources
from fairway.verbs import queries
from fairway.wiring import close_node, create_node, open_node

pytestmark = pytest.mark.postgres

STAYS = """
CREATE TABLE stays (
    id integer, region text, nights bigint, cost numeric(9, 2), day date, paid boolean,
    seen timestamptz, score double precision, notes jsonb, "o""dd" varchar(9)
);
INSERT INTO stays VALUES
    (1, 'Wales', 3, 10.50, '2024-01-31', true, '2024-06-01 12:00+01', 'NaN', '{}', 'x'),
    (2, 'Wales', 5, 20.25, '2024-02-29', false, '2024-01-01 00:00+00', -0.5, NULL, NULL),
    (3, 'Kent', 7, NULL, NULL, NULL, NULL, 'Infinity', NULL, 'it''s'),
    (4, NULL, NULL, 1, '0001-01-01', true, '1999-12-31 23:59:59.123456+00', 2, NULL, ''),
    (5, 'wales', 9223372036854775807, 0, '9999-12-31', true, NULL, NULL, NULL, 'Z');
"""

CONTRACT = """
apiVersion: v3.2.0
kind: DataContract
id: stays-1
name: Stays
version: 1.0.0
status: active
domain: dwp
servers:
  - {server: warehouse, type: postgres, host: db, port: 5432, database: warehouse, schema: public}
schema:
  - name: stays
    properties:
      - {name: id, logicalType: integer, classification: none}
      - {name: region, logicalType: string, classification: none}
      - {name: nights, logicalType: integer, classification: none}
      - {name: cost, logicalType: number, classification: none}
      - {name: seen, logicalType: timestamp, classification: none}
team:
  members: [{username: dwp-owner, role: data owner}]
customProperties: [{property: accessClass, value: open}]
"""


@pytest.fixture
def database(postgres_database):
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(STAYS)
    return postgres_database


@pytest.fixture
def sources(database, tmp_path):
    return PostgresSources({"warehouse": Connection(database, ("public.stays",))}, tmp_path)


STAYS_TABLE = Source("postgres", "table", "warehouse/public.stays")
TYPES = {
    "id": LogicalType.INTEGER,
    "region": LogicalType.STRING,
    "nights": LogicalType.INTEGER,
    "cost": LogicalType.NUMBER,
    "day": LogicalType.DATE,
    "paid": LogicalType.BOOLEAN,
    "seen": LogicalType.TIMESTAMP,
    "score": LogicalType.NUMBER,
    'o"dd': LogicalType.STRING,
}


def test_its_columns(sources):
    found = {f.name: f.type for f in sources.describe(STAYS_TABLE, "c.yaml")}
    assert found == TYPES | {"notes": None}


def fetched(sources, *asked, **more):
    return fetching.fetched(sources, STAYS_TABLE, TYPES, *asked, seconds=20, **more)


def refusal(work):
    return fetching.refused(work, "postgresql://")


def test_values_are_those_of_the_database(sources):
    rows = {row["id"]: row for row in fetched(sources)}
    assert rows[1]["seen"] == datetime.datetime(2024, 6, 1, 11)
    assert rows[1]["cost"] == 10.5
    assert rows[1]["score"] != rows[1]["score"]
    assert rows[4]["day"] == datetime.date(1, 1, 1)
    assert rows[5]["nights"] == 2**63 - 1
    assert rows[3]['o"dd'] == "it's"


SCOPES = [
    "region = 'Wales'",
    "region > 'Wales'",
    "NOT (region = 'Kent')",
    "region IN ('Kent', 'it''s') OR nights >= 5",
    "nights < 9223372036854775807",
    "cost BETWEEN 0 AND 10.5",
    "score > 1",
    "NOT (score > 1)",
    "day >= '2024-02-01' AND paid = true",
    "seen < '2024-06-01 11:30:00'",
]


def test_a_scope_means_there_what_it_means_here(sources, database):
    """Each condition is put to the database itself, as it is written for it, and to the rules."""
    from fairway.sources.postgres import _condition

    every = fetched(sources)
    with psycopg.connect(database) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for scope in SCOPES:
            parsed = scopes.parse(scope, TYPES)
            expected = {row["id"] for row in every if scopes.holds(parsed, row) is True}
            sql = f"SELECT id FROM stays WHERE {_condition(parsed, TYPES)}"
            assert {row[0] for row in connection.execute(sql)} == expected, scope
    both = fetched(sources, "nights > 2", "region = 'Kent'", columns=("id", "nights", "region"))
    assert [row["id"] for row in both] == [3]


def test_only_the_wanted_columns_leave_the_database(sources):
    assert fetched(sources, columns=("id",))[0] == {"id": 1}


def test_what_may_not_or_cannot_be_read(sources, tmp_path, database):
    assert isinstance(
        refusal(lambda: sources.resolve(Source("postgres", "table", "other/public.stays"), "c")),
        BadInput,
    )
    assert isinstance(
        refusal(
            lambda: sources.resolve(
                Source("postgres", "table", "warehouse/pg_catalog.pg_authid"), "c"
            )
        ),
        Refused,
    )
    assert refusal(lambda: sources.pin(STAYS_TABLE, Version(1))).code == "version.none_kept"
    assert refusal(lambda: sources.locate(STAYS_TABLE)).code == "source.not_in_files"
    assert refusal(lambda: fetched(sources, size=10)).code == "query.too_much_fetched"
    assert list(tmp_path.iterdir()) == []
    away = database.replace("postgres@", "nobody:hunter2@").rpartition("/")[0] + "/nowhere"
    silent = PostgresSources({"warehouse": Connection(away, ("public.stays",))}, tmp_path)
    error = refusal(lambda: silent.describe(STAYS_TABLE, "c.yaml"))
    assert isinstance(error, Unavailable)
    assert "hunter2" not in f"{error} {silent!r} {vars(silent)}"


# ------------------------------------------------------------------ on a node


@pytest.fixture
def scene(tmp_path, database):
    create_node(tmp_path / "node", "Test")
    Scene(open_node(tmp_path / "node")).people()
    close_node()
    secret = tmp_path / "node/secrets/sources.toml"
    secret.write_text(f"[warehouse]\naddress = {json.dumps(database)}\ntables = ['public.stays']\n")
    secret.chmod(0o600)
    yield Scene(open_node(tmp_path / "node"))
    close_node()


def test_a_product_in_postgresql_is_used_like_any_other(scene, tmp_path, database):
    scene.publish(CONTRACT)
    assert scene.query(
        "SELECT region, sum(nights) AS n FROM dwp.stays WHERE nights < 9 AND region >= 'A'"
        " GROUP BY region ORDER BY region"
    ) == [{"region": "Kent", "n": 7}, {"region": "Wales", "n": 8}]
    assert scene.query("SELECT count(*) AS n FROM dwp.stays") == [{"n": 5}]
    assert scene.query(
        "SELECT count(*) AS n FROM dwp.stays a JOIN dwp.stays b ON a.id = b.id WHERE a.nights > 3"
    ) == [{"n": 3}]
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("INSERT INTO stays (id, nights) VALUES (6, 1)")
    assert scene.query("SELECT count(*) AS n FROM dwp.stays") == [{"n": 6}]
    assert list((tmp_path / "node/fetched").iterdir()) == []
    assert database not in repr(scene.events())
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP TABLE stays")
    with pytest.raises(Unavailable):
        scene.query("SELECT count(*) AS n FROM dwp.stays")
    assert scene.actions()[-1] == "query.stopped"


def test_a_query_that_waits_for_the_database_is_cancelled(scene, tmp_path, database):
    """The table is locked, so that reading it never ends by itself."""
    scene.publish(CONTRACT)
    with psycopg.connect(database) as other, ThreadPoolExecutor(1) as pool:
        other.execute("LOCK TABLE stays IN ACCESS EXCLUSIVE MODE")
        waiting = pool.submit(scene.query, "SELECT count(*) AS n FROM dwp.stays", handle="mine")
        while not list((tmp_path / "node/fetched").glob("table-*")):
            assert not waiting.done(), waiting.result()
            time.sleep(0.01)
        queries.cancel(scene.platform, scene.analyst, "mine")
        with pytest.raises(Cancelled):
            waiting.result()
    assert scene.actions()[-1] == "query.stopped"
    assert list((tmp_path / "node/fetched").iterdir()) == []
    assert queries.running(scene.platform, scene.analyst) == ()


def test_passwords_that_others_can_read_are_refused(scene, tmp_path):
    os.chmod(tmp_path / "node/secrets/sources.toml", 0o644)  # noqa: PTH101 - a mode is what it is
    with pytest.raises(Unavailable, match="open to other accounts"):
        scene.publish(CONTRACT)
    (tmp_path / "node/secrets/sources.toml").write_text("[warehouse]\naddress = 3\n")
    with pytest.raises(Unavailable, match="cannot be read"):
        scene.publish(CONTRACT)
