"""Results over the API: formats, headers, and what happens when a reader leaves."""

import io
import time

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.surfaces import PURPOSE

QUERY = {"sql": "SELECT region, households FROM dwp.regions ORDER BY region", "purpose": PURPOSE}
ROWS = [["Scotland", 2_500_000], ["Wales", 1_300_000]]
LARGE = """
    SELECT a.region, a.households + row_number() OVER () AS n, repeat(a.region, 4) AS four
    FROM dwp.regions a, dwp.regions b, dwp.regions c, dwp.regions d, dwp.regions e, dwp.regions f,
        dwp.regions g, dwp.regions h, dwp.regions i, dwp.regions j, dwp.regions k, dwp.regions l,
        dwp.regions m, dwp.regions n, dwp.regions o, dwp.regions p, dwp.regions q, dwp.regions r,
        dwp.regions s, dwp.regions t
"""
"""A million rows, 2 to the power of 20: far more than is held before the first byte leaves."""


@pytest.fixture
def http(address, department):
    """Requests as they are, to the node as it is served."""
    headers = {"Authorization": f"Bearer {department.token('dfe-analyst')}"}
    with httpx.Client(
        base_url=f"{address}/api/v1/", headers=headers, timeout=60, trust_env=False
    ) as client:
        yield client


def test_json_unless_something_else_is_accepted(http):
    response = http.post("query", json=QUERY)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["fairway-rows"] == "2"
    assert response.headers["cache-control"] == "no-store"
    assert "server" not in response.headers
    said = response.json()
    assert said["rows"] == ROWS
    assert said["row_count"] == 2
    assert [f["name"] for f in said["fields"]] == ["region", "households"]
    assert said["id"] == response.headers["fairway-query-id"]
    assert said["agreements"] == []
    assert "open" in said["reasons"][0]


@pytest.mark.parametrize(
    ("accept", "read"),
    [
        ("application/vnd.apache.arrow.stream", lambda b: pa.ipc.open_stream(b).read_all()),
        ("application/vnd.apache.parquet", lambda b: pq.read_table(io.BytesIO(b))),
    ],
)
def test_columnar_formats(http, accept, read):
    response = http.post("query", json=QUERY, headers={"Accept": accept})
    assert response.headers["content-type"] == accept
    assert [list(row.values()) for row in read(response.content).to_pylist()] == ROWS


def test_csv(http):
    response = http.post("query?format=csv", json=QUERY)
    assert response.text == '"region","households"\r\n"Scotland",2500000\r\n"Wales",1300000\r\n'
    assert response.headers["content-disposition"].endswith('.csv"')


def test_agreements_are_named(http, department):
    agreement = department.agree()
    response = http.post(
        "query",
        json={
            "sql": "SELECT region FROM dwp.claims",
            "purpose": PURPOSE,
            "agreement": agreement,
        },
    )
    assert response.headers["fairway-agreements"] == agreement


def test_a_name_that_two_products_have_means_the_one_that_is_granted(http, department):
    department.agree(columns=["weeks"], purpose="programme-evaluation")
    join = "SELECT r.region, sum(c.weeks) FROM dwp.regions r, dwp.claims c GROUP BY r.region"
    response = http.post("query", json={"sql": join, "purpose": "programme-evaluation"})
    assert response.status_code == 200, response.text
    closed = join.replace("r.region", "c.region")
    response = http.post("query", json={"sql": closed, "purpose": "programme-evaluation"})
    assert response.status_code in (403, 422)


def outcome(http, query, wanted):
    """Wait until the record says how a query ended."""
    for _ in range(1000):
        found = http.get(f"queries/{query}").json()
        if found["action"] == wanted:
            return found
        time.sleep(0.1)
    pytest.fail(f"the record still says: {found}")


def test_a_reader_who_leaves_is_on_the_record(http):
    body = {"sql": LARGE, "purpose": PURPOSE, "limits": {"rows": 2_000_000}}
    with http.stream("POST", "query?format=arrow", json=body) as response:
        assert response.status_code == 200, response.read()
        assert "fairway-rows" not in response.headers
        next(response.iter_raw())
    found = outcome(http, response.headers["fairway-query-id"], "query.stopped")
    assert found["reason"] == "The reader went away."


def test_a_result_that_is_stopped_on_its_way_is_never_taken_for_whole(address, department):
    from fairway.nouns.errors import BoundExceeded

    for where in (address, ""):
        with department.node("dfe-analyst", where) as node:
            result = node.query(LARGE, purpose=PURPOSE, limits={"rows": 1_000_000})
            with pytest.raises(BoundExceeded) as stopped:
                result.to_arrow()
            assert stopped.value.code == "query.stopped"
