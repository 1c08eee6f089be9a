"""Whoever hangs up before the answer begins ends their query, by the API and on the pages."""

import json
import re
import socket
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from tests.surfaces import PASSWORD, PURPOSE
from tests.waiting import until
from tests.workers import working

from fairway.demo.served import served

ENDLESS = """
SELECT count(*) AS n FROM dwp.regions, range(1000000) AS a, range(1000000) AS b
WHERE a.range * b.range = -1
"""


@pytest.fixture(scope="module")
def node(department):
    with served(department.workspace) as made:
        yield made


def send(address: str, path: str, body: str, headers: dict[str, str]) -> socket.socket:
    """Send a request whose answer nobody waits for."""
    place = urlsplit(address)
    said = {"Host": place.netloc, "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    made = socket.create_connection((place.hostname, place.port), timeout=60)
    made.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n{body}".encode())
    return made


def by_the_api(department, address: str) -> socket.socket:
    body = json.dumps({"sql": ENDLESS, "purpose": PURPOSE})
    token = department.token("dfe-analyst")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return send(address, "/api/v1/query", body, headers)


def on_the_pages(_, address: str) -> socket.socket:
    with httpx.Client(base_url=address, trust_env=False) as web:
        form = web.get("/sign-in").text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
        given = {"person": "dfe-analyst", "password": PASSWORD, "csrfmiddlewaretoken": token}
        assert web.post("/sign-in", data=given).status_code == 302
        cookies = dict(web.cookies)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "X-CSRFToken": cookies["csrftoken"],
    }
    return send(address, "/query", urlencode({"sql": ENDLESS, "purpose": PURPOSE}), headers)


def test_two_queries_that_run_are_listed(department, node):
    with (
        by_the_api(department, node.address),
        by_the_api(department, node.address),
        department.node("dfe-analyst", node.address) as analyst,
    ):
        until(lambda: len(analyst.running()) == 2)
    until(lambda: not working(node.process.pid))


@pytest.mark.parametrize("asked", [by_the_api, on_the_pages])
def test_a_query_ends_when_who_asked_hangs_up_before_the_answer_begins(department, node, asked):
    with asked(department, node.address):
        until(lambda: working(node.process.pid))
        with department.node("dfe-analyst", node.address) as analyst:
            (running,) = analyst.running()
    until(lambda: not working(node.process.pid))
    with department.node("auditor") as auditor:
        (ended,) = until(lambda: auditor.audit(subject=running.query, action="query.stopped"))
    assert (ended.actor, ended.reason) == ("dfe-analyst", "The query was cancelled.")
    with department.node("dfe-analyst", node.address) as analyst:
        assert list(analyst.running()) == []
        left = analyst.query("SELECT count(*) AS n FROM dwp.regions", purpose=PURPOSE)
        assert left.to_arrow().num_rows == 1
