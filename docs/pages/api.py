"""The routes of the API, from its OpenAPI document, each with the verb that it calls."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from fairway.rules.permissions import PERMISSIONS
from fairway.verbs.acting import VERBS
from pages.tables import table


def page() -> str:
    from fairway.api.app import api

    document = api.get_openapi_schema(path_prefix="/api/v1/")
    verbs = dict(_verbs(api))
    tags: dict[str, list[list[object]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            called = verbs.get(operation["operationId"], ())
            needs = "; ".join(str(PERMISSIONS[verb]) for verb in called)
            row = [
                f"`{method.upper()} {path}`",
                operation.get("summary", ""),
                ", ".join(f"`{verb}`" for verb in called),
                needs or "anyone, signed in or not",
            ]
            tags.setdefault((operation.get("tags") or ["Other"])[0], []).append(row)
    sections = "\n".join(
        f"## {tag}\n\n{table(['route', 'what it does', 'verb', 'who may'], rows)}\n"
        for tag, rows in tags.items()
    )
    return f"""
# The API

{document["info"]["description"].strip().replace("`POST /tokens`", "`POST /api/v1/tokens`")}

A node describes its own API in full, every field included, at `/api/v1/openapi.json`. Codes are
listed under [errors](errors.md), the verbs under [permissions](permissions.md).

{sections}
"""


def _verbs(api: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield each operation's id with the verb that its function calls.

    There are several where the verbs' own floor chooses, as between one's own and others'.
    """
    known = {function: name for name, function in VERBS.items()}
    for _, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                function = inspect.unwrap(operation.view_func)
                name = operation.operation_id or api.get_openapi_operation_id(operation)
                for called in _called(function):
                    if called in known or _chooses(called):
                        among = [called] if called in known else _called(called)
                        yield name, [known[one] for one in among if one in known]
                        break


def _chooses(called: Any) -> bool:
    """Say whether a function of the verbs' floor, itself no verb, calls one of several."""
    ours = inspect.isfunction(called) and called.__module__.startswith("fairway.verbs.")
    return ours and any(one in VERBS.values() for one in _called(called))


def _called(function: Callable[..., Any]) -> Iterator[Any]:
    """Yield what a function calls, as far as names say: `module.name(...)` and `name(...)`."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            target = call.func
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                yield getattr(function.__globals__.get(target.value.id), target.attr, None)
            elif isinstance(target, ast.Name):
                yield function.__globals__.get(target.id)
