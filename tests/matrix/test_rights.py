"""Every route of the API with every right: a limited token opens what its right is for."""

import json
import os
from pathlib import Path

import pytest
from tests.api.test_doors import BODIES, QUERIES
from tests.matrix.doors import ROLES, Route, account, api_routes, settle
from tests.surfaces import PASSWORD

from fairway.api.inprocess import in_process_transport
from fairway.nouns.rights import Right

TABLE = Path(__file__).parent / "rights.json"
ENDS_A_SESSION = {"/api/v1/me/sessions"}
LOOKED_AT_FIRST = {
    "POST /api/v1/agreements/{agreement}/profile",
    "POST /api/v1/catalogue/feedback/{feedback_id}/close",
    "POST /api/v1/products",
}
"""Where what is named or sent is refused before anybody asks: nobody is told more than that."""
READING = ["read", "agree", "publish", "govern"]
READ_FIRST = 422
"""The status of a body that is refused before anybody asks who may."""


@pytest.fixture
def asked(department):
    """Sends a request with a token of one right or of all: the code if it is refused, None where
    the request was refused before anybody asked who may."""
    settle(department)
    opened = {}

    def refused(role: str, right: Right | None, route: Route) -> str | None:
        if (role, right) not in opened:
            with department.node("dfe-stranger") as node:
                made = node.create_token(account(role), PASSWORD, only=right and [right], days=1)
            opened[role, right] = in_process_transport(str(department.workspace), made.secret)
        path = route.pattern.removeprefix("/api/v1")
        body = {} if route.method in ("GET", "DELETE") else {"json": BODIES.get(path, {})}
        answer = opened[role, right]._client.request(
            route.method, f"http://localhost{route.address}", params=QUERIES.get(path), **body
        )
        if answer.status_code == READ_FIRST and "request.invalid" in answer.text:
            return None
        return str(answer.json()["code"]) if answer.status_code == 403 else ""

    yield refused
    for transport in opened.values():
        transport.close()


def who_may(route: Route, row: dict[str, list[str]], asked) -> str | None:
    """Return a role that a route lets in; None where no token opens it, or anybody may."""
    if "nobody" in row.get("yes", ()) or route.address in ENDS_A_SESSION:
        return None
    named = (name for name, role, _ in ROLES if role is not None and name in row.get("yes", ()))
    return next((name for name in named if asked(name, None, route) == ""), None)


@pytest.mark.slow
def test_a_route_opens_to_the_right_of_what_it_does(asked):
    doors = json.loads((TABLE.parent / "doors.json").read_text("utf-8"))
    found: dict[str, list[str]] = {}
    for route in api_routes():
        named = f"{route.method} {route.pattern}"
        role = who_may(route, doors.get(named, {}), asked)
        if role is None:
            continue
        answers = {right.value: asked(role, right, route) for right in Right}
        found[named] = [right for right, code in answers.items() if code != "access.token_limited"]
    if os.environ.get("WRITE_DOORS"):
        TABLE.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    assert len(found) >= 60
    odd = {r for r, rights in found.items() if len(rights) != 1 and rights != READING}
    assert odd == LOOKED_AT_FIRST
    assert found == json.loads(TABLE.read_text("utf-8"))
