"""Everything that goes wrong is a problem of one shape, and says nothing that it should not."""

import logging

import httpx
import pytest
from tests.surfaces import PURPOSE


@pytest.fixture
def http(department):
    """Requests as they are, to the API in process, without the client in between."""
    with department.node("dfe-analyst") as node:
        yield node._transport._client


def problem(response: httpx.Response, status: int, code: str) -> dict:
    assert response.headers["content-type"] == "application/problem+json"
    said = response.json()
    assert (response.status_code, said["status"], said["code"]) == (status, status, code)
    assert said["type"] == f"urn:fairway:error:{code}"
    assert said["title"]
    assert said["detail"]
    return said


def test_an_address_that_is_not_there(http):
    problem(http.get("nothing/here"), 404, "request.no_such_route")
    problem(http.post("nothing"), 404, "request.no_such_route")


def test_a_method_that_does_not_fit(http):
    response = http.delete("products")
    problem(response, 405, "request.method_not_allowed")
    assert set(response.headers["allow"].split(", ")) >= {"GET", "POST"}


def test_what_does_not_fit_is_named_and_not_repeated(http):
    said = problem(
        http.post("query", json={"purpose": "x" * 200, "limits": {"rows": 0}}),
        422,
        "request.invalid",
    )
    assert {e["field"] for e in said["errors"]} == {
        "given.purpose",
        "given.limits.rows",
        "given.sql",
    }
    assert "xxx" not in str(said)


def test_what_is_no_json(http):
    response = http.post("query", content=b"{", headers={"Content-Type": "application/json"})
    problem(response, 400, "request.malformed")


def test_what_is_too_large(http):
    problem(http.post("products", content=b"x" * 3_000_000), 413, "request.too_large")


def test_every_problem_of_a_contract(department):
    with department.node("dwp-owner") as node:
        text = node.contract("dwp.claims")
        client = node._transport._client
        said = problem(
            client.post(
                "products?file=c.yaml",
                content=text.replace("name: weeks", "name: months").replace("born", "birth"),
            ),
            422,
            "contract.column_missing",
        )
        assert {e["field"] for e in said["errors"]} >= {said["field"]}
        assert len(said["errors"]) >= 2
        assert said["file"] == "c.yaml"
        problem(client.post("products", content=b"\xff\xfe"), 422, "contract.not_text")


def test_nobody_is_told_how_to_sign_in(department):
    with department.node("dfe-analyst") as node:
        client = node._transport._client
        client.headers.pop("Authorization")
        response = client.get("me")
    problem(response, 401, "access.not_signed_in")
    assert response.headers["www-authenticate"] == 'Bearer realm="fairway"'


def test_the_unexpected_is_an_incident_without_its_words(http, monkeypatch, caplog):
    def broken(*given, **more):
        raise RuntimeError("secret words of a row")

    monkeypatch.setattr("fairway.api.products.products.find", broken)
    monkeypatch.setattr(logging.getLogger("fairway"), "propagate", True)
    with caplog.at_level(logging.ERROR):
        said = problem(http.get("products"), 500, "internal.error")
    assert said["incident"] in said["detail"]
    assert said["incident"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "secret words" not in caplog.text + str(said)


def test_an_address_begins_no_line_of_the_log(department, monkeypatch, caplog):
    from fairway.api import problems  # Django must know its settings first

    monkeypatch.setattr(logging.getLogger("fairway"), "propagate", True)
    with caplog.at_level(logging.ERROR):
        problems.incident(RuntimeError(), "GET /api/v1/a\nERROR forged: \x1b[2J")
    assert "GET /api/v1/a?ERROR forged: ?[2J" in caplog.text


def test_no_format_that_is_accepted(http):
    query = {"sql": "SELECT region FROM dwp.regions", "purpose": PURPOSE}
    response = http.post("query", json=query, headers={"Accept": "image/png"})
    problem(response, 422, "format.none_accepted")
    problem(http.post("query?format=xls", json=query), 422, "format.unknown")


def test_what_is_left_out_of_a_problem(department, http):
    from fairway.api import problems  # Django must know its settings first
    from fairway.nouns.errors import BadInput

    assert problems.members(BadInput("a.b", "No.", line=3)) == {
        "code": "a.b",
        "detail": "No.",
        "line": 3,
    }
