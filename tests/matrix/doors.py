"""Asks every route of the pages and of the API as every role, and says what each was let do."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.surfaces import PASSWORD, Department

ROLES = (
    ("nobody", None, None),
    ("no role", "", None),
    ("analyst", "analyst", "dwp"),
    ("data steward", "data steward", "dwp"),
    ("data custodian", "data custodian", "dwp"),
    ("data owner", "data owner", "dwp"),
    ("owner elsewhere", "data owner", "dfe"),
    ("auditor", "auditor", None),
    ("data protection officer", "data protection officer", None),
    ("governance manager", "governance manager", None),
    ("administrator", "administrator", None),
    ("provisioner", "provisioner", None),
)
PRODUCT = "dwp.claims"
MARKS = {401: "sign in", 302: "sign in", 403: "no"}


@dataclass(frozen=True)
class Route:
    """A way in: its method, its address as a pattern, and an address that leads there."""

    method: str
    pattern: str
    address: str


def account(role: str) -> str:
    return "m-" + role.replace(" ", "-")


def settle(department: Department) -> None:
    """Add an account for each role."""
    from fairway.nouns.people import Person, Role
    from fairway.verbs import people
    from fairway.verbs.acting import SYSTEM
    from fairway.wiring import open_node

    platform = open_node(department.workspace)
    for name, role, domain in ROLES:
        if role is None or platform.store.people.get(account(name)) is not None:
            continue
        people.add_person(platform, SYSTEM, Person(account(name), name, domain or "dwp"), PASSWORD)
        if role:
            since = date(2025, 1, 1)
            people.appoint(platform, SYSTEM, account(name), Role(role), domain, since=since)


def _filled(pattern: str) -> str:
    filled = re.sub(r"\{product\}|<str:product>", PRODUCT, pattern)
    filled = re.sub(r"\{(?:number|sequence|index|size|level)\}|<int:\w+>", "1", filled)
    return re.sub(r"\{\w+\}|<(?:\w+:)?\w+>", "x-none", filled)


def api_routes() -> Iterator[Route]:
    """Every operation of the API, by its OpenAPI description."""
    from fairway.api.app import api

    for path, methods in sorted(api.get_openapi_schema(path_prefix="/api/v1")["paths"].items()):
        for method in sorted(methods):
            yield Route(method.upper(), path, _filled(path))


def page_routes() -> Iterator[Route]:
    """Every page, by the table of addresses, opened and sent to."""
    from django.urls import URLPattern

    from fairway.web.urls import urlpatterns

    for pattern in urlpatterns:
        if isinstance(pattern, URLPattern):
            address = "/" + str(pattern.pattern)
            for method in ("GET", "POST"):
                yield Route(method, address, _filled(address))


class Asker:
    """Somebody of a role, on the pages by a session and on the API by a token."""

    def __init__(self, department: Department, role: str) -> None:
        from django.contrib.auth import load_backend
        from django.test import Client

        import fairway.web.sessions  # noqa: F401 # marks every session that begins

        self.client = Client(headers={"host": "localhost"}, raise_request_exception=False)
        self.token = ""
        if role != "nobody":
            backend = "django.contrib.auth.backends.ModelBackend"
            self.token = department.token(account(role))
            from fairway.wiring import open_node

            open_node(department.workspace)
            self.client.force_login(load_backend(backend).get_user(account(role)), backend)

    def asks(self, route: Route) -> int:
        """Ask a route with nothing in the body; return the status."""
        given: dict[str, Any] = {}
        client = self.client
        if route.address.startswith("/api/v1/"):
            from django.test import Client

            client = Client(headers={"host": "localhost"}, raise_request_exception=False)
            given = {"content_type": "application/json"}
            if self.token:
                given["headers"] = {"authorization": f"Bearer {self.token}"}
        body = json.dumps({}) if given and route.method not in ("GET", "DELETE") else ""
        status: int = client.generic(route.method, route.address, body, **given).status_code
        return status


def mark(status: int) -> str:
    """Say what an answer let somebody do: nothing before signing in, nothing, or what it says."""
    if status >= 500 and status != 503:
        return f"broken {status}"
    return MARKS.get(status, "yes")
