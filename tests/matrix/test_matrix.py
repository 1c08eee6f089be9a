"""Every route with every role: denied unless the table in the reference says otherwise."""

import json
import os
from pathlib import Path

import pytest
from tests.matrix.doors import ROLES, Asker, api_routes, mark, page_routes, settle

TABLE = Path(__file__).parent / "doors.json"
ENDS_A_SESSION = {"/sign-out", "/api/v1/me/sessions"}


@pytest.mark.slow
def test_every_route_lets_in_whom_the_table_names_and_nobody_else(department):
    settle(department)
    askers = {name: Asker(department, name) for name, _, _ in ROLES}
    found: dict[str, dict[str, str]] = {}
    asked = 0
    for route in (*api_routes(), *page_routes()):
        if route.address in ENDS_A_SESSION:
            continue
        row = found.setdefault(f"{route.method} {route.pattern}", {})
        for name, asker in askers.items():
            row[name] = mark(asker.asks(route))
            asked += 1
    compact = {
        route: {m: [n for n, marked in row.items() if marked == m] for m in sorted({*row.values()})}
        for route, row in found.items()
    }
    if os.environ.get("WRITE_DOORS"):
        TABLE.write_text(json.dumps(compact, indent=1) + "\n", "utf-8")
    assert asked >= 1500
    broken = [route for route, row in compact.items() if any("broken" in m for m in row)]
    assert broken == []
    assert compact == json.loads(TABLE.read_text("utf-8"))


OPEN_PAGES = ("sign-in", "accessibility", "cookies", "privacy", "health")


def test_the_table_lets_nobody_in_but_where_it_must():
    """Signing in, what the law has everyone read, and the record that anyone may verify."""
    table = json.loads(TABLE.read_text("utf-8"))
    let_in = {route for route, row in table.items() if "nobody" in row.get("yes", ())}
    pages = {route for route in let_in if route.split("/")[1] in OPEN_PAGES}
    assert let_in - pages == {
        "GET /api/v1/health",
        "POST /api/v1/tokens",
        "GET /api/v1/log/checkpoint",
        "GET /api/v1/log/key",
        "GET /api/v1/log/tile/{path}",
        "POST /api/v1/log/witness/add-checkpoint",
    }
