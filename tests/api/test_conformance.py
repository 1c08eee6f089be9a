"""The API against its own description: whatever is sent, it answers as openapi.json says.

Schemathesis makes requests from the description, sound and unsound ones, for every operation.
"""

import re
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import fairway.api
from fairway.api.inprocess import in_process_transport

PEOPLE = ("", "dfe-analyst", "dwp-owner", "governance-manager")
"""Nobody, somebody who asks, somebody who decides, and the hub."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def document(department):
    with department.node("dfe-stranger") as node:
        return node._transport.json("GET", "openapi.json")


@pytest.fixture(scope="module")
def sender(department):
    transport = in_process_transport(str(department.workspace), None)
    yield transport._client
    transport.close()


@pytest.fixture
def wrong(document, sender, department):
    """Asks every operation as a person; returns what was not answered as described."""

    def found(person: str, examples: int, *, new: bool = False) -> list[str]:
        signed_in = {"Authorization": f"Bearer {department.token(person)}"} if person else {}
        faults = []
        for operation in openapi.from_dict(document).get_all_operations():
            for mode in GenerationMode:
                faults += tried(operation.ok(), mode, sender, signed_in, examples, new)
        return faults

    return found


def tried(operation, mode, sender, signed_in, examples: int, new: bool) -> list[str]:
    @settings(
        max_examples=examples,
        database=None,
        derandomize=not new,  # what a deep run sends, no run before it has sent
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(operation.as_strategy(mode))
    def answers(case):
        asked = case.as_transport_kwargs(base_url="http://localhost")
        asked.pop("cookies", None)  # whoever signs in does so by a token
        asked["headers"].pop("Authorization", None)
        asked["headers"].update({"Cookie": "", **signed_in})
        if isinstance(asked.get("data"), str | bytes):
            asked["content"] = asked.pop("data")
        try:
            response = sender.request(**asked)
        except (httpx.InvalidURL, UnicodeEncodeError):
            return  # httpx sends no such address
        case.validate_response(response, checks=CHECKS)

    try:
        answers()
    except Unsatisfiable:
        pass  # nothing unsound can be sent: it takes anything
    except FailureGroup as found:
        return [f"{operation.label}, {mode.value}: {found}"]
    return []


@pytest.mark.slow
@pytest.mark.parametrize("person", PEOPLE[:3])
def test_every_answer_is_as_described(person, wrong):
    assert wrong(person, examples=2) == []


@pytest.mark.deep
@pytest.mark.parametrize("person", [*PEOPLE, "administrator", "auditor"])
def test_every_answer_to_many_requests_is_as_described(person, wrong):
    assert wrong(person, examples=200, new=True) == []


def test_no_two_things_share_a_name_in_the_description(document):
    """Ninja takes the last of two schemas of one name, and describes both by it."""
    named = [
        name
        for file in Path(fairway.api.__file__).parent.glob("*.py")
        if not file.name.startswith("scim")  # SCIM describes itself
        for name in re.findall(
            r"^class (\w+)\((?:Schema|Page|\w+(?:In|Out))\)", file.read_text(), re.M
        )
    ]
    assert len(named) > 50
    assert sorted({name for name in named if named.count(name) > 1}) == []
    assert {"Problem", "EntryOut", "RecordEntryOut"} <= set(document["components"]["schemas"])
