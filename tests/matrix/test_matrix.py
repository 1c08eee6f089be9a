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


def test_the_table_lets_nobody_in_but_where_it_must():
    table = json.loads(TABLE.read_text("utf-8"))
    let_in = {route for route, row in table.items() if "nobody" in row.get("yes", ())}
    assert let_in == {
        "GET /api/v1/health",
        "POST /api/v1/tokens",
        *(f"{m} /{p}" for m in ("GET", "POST") for p in ("sign-in", "health")),
        *(f"{m} /{p}" for m in ("GET", "POST") for p in ("accessibility", "cookies", "privacy")),
    } | {route for route in let_in if "sign-in" in route}
