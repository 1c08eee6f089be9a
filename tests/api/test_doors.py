"""No route answers to nobody, and each answers only to the roles that it is for."""

import re

import pytest
from tests.surfaces import PASSWORD

from fairway.client.transport import Transport
from fairway.nouns.errors import FairwayError

PUBLIC = {("GET", "/api/v1/health"), ("POST", "/api/v1/tokens")}
"""Besides openapi.json, which is the description of all of them."""

BODIES = {
    "/tokens": {"person": "nobody", "password": "x"},
    "/agreements": {"product": "dwp.claims"},
    "/agreements/{agreement}": {"product": "dwp.claims"},
    "/agreements/{agreement}/moves": {"move": "suspend", "note": "x"},
    "/query": {"sql": "SELECT 1", "purpose": "research"},
    "/me/password": {"old": "x", "new": "y"},
    "/people": {"id": "new", "name": "New", "domain": "dwp"},
    "/domains": {"id": "new", "name": "New", "organisation": {"id": "new", "name": "New"}},
    "/appointments": {"person": "dfe-stranger", "role": "analyst", "domain": "dfe"},
    "/appointments/delegate": {"person": "dfe-stranger", "domain": "dwp", "until": "2999-01-01"},
    "/people/{person}/leaving": {"leaves": None},
    "/products/{product}/review": {"agreements": ["X-1"]},
    "/guardrails/versions": {"policies": "", "examples": [], "note": ""},
    "/guardrails/versions/{version}/review": {"note": ""},
    "/guardrails/versions/{version}/publish": {"accept_broken": False},
    "/stops": {"kind": "person", "subject": "nobody", "reason": "A test."},
    "/appointments/end": {"person": "dwp-owner", "role": "data owner", "until": "2999-01-01"},
}

QUERIES = {
    "/explanations": {
        "person": "dwp-analyst",
        "product": "dwp.claims",
        "purpose": "research",
    },
    "/explanations/who": {"product": "dwp.claims"},
    "/explanations/seen": {"person": "dwp-analyst"},
    "/appointments/impact": {"person": "nobody", "role": "analyst", "domain": "dwp"},
}
"""What a route asks for in its address: here, about somebody else."""


@pytest.fixture(scope="module")
def door(department):
    """Asks a route as a person, or as nobody."""
    opened = {}

    def asked(person, method, path):
        if person not in opened:
            token = department.token(person) if person else None
            from fairway.api.inprocess import in_process_transport

            opened[person] = in_process_transport(str(department.workspace), token)
        transport: Transport = opened[person]
        body = BODIES.get(path) if method in ("POST", "PUT") else None
        route = path.replace("{product}", "dwp.claims")
        route = re.sub(r"\{(?:number|sequence)\}", "1", route)
        for name in ("agreement", "query", "token", "person", "version", "stop"):
            route = route.replace(f"{{{name}}}", "dwp-owner" if name == "person" else "X-1")
        try:
            transport.json(method, route.removeprefix("/"), params=QUERIES.get(path), body=body)
        except FairwayError as error:
            return error.status, error.code
        return 200, ""

    yield asked
    for transport in opened.values():
        transport.close()


@pytest.fixture(scope="module")
def routes(department):
    """Every route of the API, as its OpenAPI description has it."""
    with department.node("dfe-stranger") as node:
        described = node._transport.json("GET", "openapi.json")
    return [
        (method.upper(), path) for path, methods in described["paths"].items() for method in methods
    ]


def test_the_description_holds_every_route(routes, department):
    from fairway.api.app import api

    walked = {
        (method, re.sub(r"\{\w+:(\w+)\}", r"{\1}", f"/api/v1{prefix}{operation.path}"))
        for prefix, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
        for method in operation.methods
    }
    assert walked == set(routes)
    assert len(walked) >= 30


def test_every_route_asks_who_is_there(routes, door):
    answered = {
        (method, path): door("", method, path.removeprefix("/api/v1")) for method, path in routes
    }
    open_to_all = {route for route, (status, _) in answered.items() if status != 401}
    assert open_to_all == {
        ("GET", "/api/v1/health"),
        # the record is verified by whoever wants to, and a link is its own proof
        ("GET", "/api/v1/log/checkpoint"),
        ("GET", "/api/v1/log/key"),
        ("GET", "/api/v1/log/tile/{path}"),
        ("POST", "/api/v1/log/witness/add-checkpoint"),
        ("GET", "/api/v1/files/{link}"),
        ("HEAD", "/api/v1/files/{link}"),
    }
    codes = {route: code for route, (status, code) in answered.items() if status == 401}
    assert codes.pop(("POST", "/api/v1/tokens")) == "access.wrong_name_or_password"
    assert set(codes.values()) == {"access.not_signed_in"}


FORBIDDEN = {
    "dfe-stranger": [
        ("GET", "/explanations/matrix"),
        ("GET", "/appointments/impact"),
        ("POST", "/people/{person}/leaving"),
        ("GET", "/guardrails/versions"),
        ("POST", "/guardrails/versions"),
        ("GET", "/guardrails/versions/{version}"),
        ("GET", "/guardrails/versions/{version}/impact"),
        ("POST", "/guardrails/versions/{version}/review"),
        ("POST", "/guardrails/versions/{version}/publish"),
        ("POST", "/guardrails/versions/{version}/withdraw"),
        ("GET", "/stops"),
        ("POST", "/stops"),
        ("DELETE", "/stops/{stop}"),
        ("GET", "/tasks"),
        ("GET", "/products/{product}/review"),
        ("POST", "/products/{product}/review"),
        ("POST", "/appointments/delegate"),
        ("GET", "/explanations"),
        ("GET", "/explanations/who"),
        ("GET", "/explanations/seen"),
        ("GET", "/people"),
        ("POST", "/people"),
        ("POST", "/people/{person}/deactivate"),
        ("POST", "/domains"),
        ("POST", "/appointments"),
        ("POST", "/appointments/end"),
        ("GET", "/products/{product}/usage"),
        ("POST", "/agreements"),
        ("GET", "/agreements/inbox"),
        ("GET", "/audit"),
        ("POST", "/audit/verify"),
    ],
    "dfe-analyst": [
        ("GET", "/explanations/matrix"),
        ("GET", "/appointments/impact"),
        ("POST", "/people/{person}/leaving"),
        ("GET", "/guardrails/versions"),
        ("POST", "/guardrails/versions"),
        ("GET", "/guardrails/versions/{version}"),
        ("GET", "/guardrails/versions/{version}/impact"),
        ("POST", "/guardrails/versions/{version}/review"),
        ("POST", "/guardrails/versions/{version}/publish"),
        ("POST", "/guardrails/versions/{version}/withdraw"),
        ("GET", "/stops"),
        ("POST", "/stops"),
        ("DELETE", "/stops/{stop}"),
        ("GET", "/tasks"),
        ("GET", "/products/{product}/review"),
        ("POST", "/products/{product}/review"),
        ("POST", "/appointments/delegate"),
        ("GET", "/explanations"),
        ("GET", "/explanations/who"),
        ("GET", "/explanations/seen"),
        ("GET", "/people"),
        ("GET", "/products/{product}/usage"),
        ("GET", "/agreements/inbox"),
        ("GET", "/audit"),
        ("POST", "/audit/verify"),
        ("POST", "/appointments"),
    ],
    "dwp-owner": [
        ("GET", "/explanations/matrix"),
        ("GET", "/appointments/impact"),
        ("POST", "/people/{person}/leaving"),
        ("GET", "/guardrails/versions"),
        ("POST", "/guardrails/versions"),
        ("GET", "/guardrails/versions/{version}"),
        ("GET", "/guardrails/versions/{version}/impact"),
        ("POST", "/guardrails/versions/{version}/review"),
        ("POST", "/guardrails/versions/{version}/publish"),
        ("POST", "/guardrails/versions/{version}/withdraw"),
        ("GET", "/stops"),
        ("POST", "/stops"),
        ("DELETE", "/stops/{stop}"),
        ("GET", "/audit"),
        ("POST", "/audit/verify"),
        ("POST", "/people"),
        ("POST", "/agreements"),
    ],
    "auditor": [
        ("POST", "/guardrails/versions"),
        ("POST", "/guardrails/versions/{version}/publish"),
        ("POST", "/stops"),
        ("POST", "/products/{product}/review"),
        ("POST", "/people"),
        ("POST", "/domains"),
        ("POST", "/appointments"),
        ("POST", "/agreements"),
        ("GET", "/agreements/inbox"),
    ],
    "administrator": [
        ("GET", "/explanations"),
        ("GET", "/explanations/who"),
        ("GET", "/explanations/seen"),
        ("GET", "/audit"),
        ("POST", "/agreements"),
        ("GET", "/agreements/inbox"),
    ],
}


@pytest.mark.parametrize("person", FORBIDDEN)
def test_the_wrong_role_is_refused(door, person):
    answers = {route: door(person, *route) for route in FORBIDDEN[person]}
    assert answers == dict.fromkeys(FORBIDDEN[person], (403, "access.not_permitted"))


def test_what_is_not_ones_own_is_not_there(door):
    for method, path, code in (
        ("GET", "/agreements/{agreement}", "agreement.not_found"),
        ("PUT", "/agreements/{agreement}", "access.not_permitted"),
        ("POST", "/agreements/{agreement}/moves", "agreement.not_found"),
        ("GET", "/queries/{query}", "query.not_found"),
        ("DELETE", "/tokens/{token}", "token.not_found"),
    ):
        assert door("dfe-stranger", method, path)[1] == code, path


def test_a_token_can_expire_be_unknown_or_malformed(department):
    from fairway.api.inprocess import in_process_transport
    from fairway.nouns.errors import BadInput, NotSignedIn

    with department.node("auditor") as node, pytest.raises(BadInput) as long:
        node.create_token("auditor", PASSWORD, days=10_000)
    assert long.value.code == "token.wrong_lifetime"
    unknown = in_process_transport(str(department.workspace), "unknown")
    with pytest.raises(NotSignedIn) as refused:
        unknown.json("GET", "me")
    assert refused.value.code == "access.bad_token"
    unknown.close()
    with pytest.raises(BadInput):
        in_process_transport(str(department.workspace), "two\nlines")
