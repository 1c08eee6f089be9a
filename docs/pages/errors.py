"""Every stable error code, found in the source by its syntax tree."""

import ast
import importlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fairway.nouns import errors
from fairway.nouns.errors import FairwayError
from pages.tables import table

SOURCE = Path(importlib.import_module("fairway").__file__).parent

DENIALS = {"rules/access.py": "Refused", "verbs/access.py": "Refused"}
"""Denials that end as an error: of access by refusing, of terms (elsewhere) as bad input."""


@dataclass(frozen=True)
class Found:
    """A code, the kind of its error, the module that raises it, and a status of its own if any."""

    code: str
    kind: str
    module: str
    status: int | None


def page() -> str:
    kinds = classes()
    by_code: dict[str, list[Found]] = defaultdict(list)
    for one in found():
        by_code[one.code].append(one)
    rows = []
    for code, several in sorted(by_code.items()):
        kind = kinds[several[0].kind]
        status = {str(one.status or kind.status) for one in several}
        modules = sorted({f"`{one.module}`" for one in several})
        name = several[0].kind
        rows.append(
            [f"`{code}`", name, kind.exit_code, ", ".join(sorted(status)), " ".join(modules)]
        )
    return f"""
# Errors

Every error carries a stable code, one sentence and the way out. The code is the same on the command
line, in Python, over HTTP and on the screens. Messages never carry data values, secrets, or paths
outside what was given.

## Kinds

{table(["kind", "exit code", "HTTP", "meaning"], _kinds())}

Over HTTP an error is a problem document (RFC 9457, `application/problem+json`) whose `type` is
`urn:fairway:error:` and the code. `fairway audit verify` ends with 1 when the record was touched.

## Codes

{len(by_code)} codes. The last column says where in `src/fairway` each is raised.

{table(["code", "kind", "exit code", "HTTP", "raised in"], rows)}
"""


def classes() -> dict[str, type[FairwayError]]:
    """Return every class of error by name: those of the tree, and those derived elsewhere."""
    for path in SOURCE.rglob("*.py"):
        text = path.read_text("utf-8")
        if "(BadInput)" in text or "(Unavailable" in text:
            importlib.import_module(_dotted(path))
    known: dict[str, type[FairwayError]] = {}
    waiting = [FairwayError]
    while waiting:
        kind = waiting.pop()
        known[kind.__name__] = kind
        waiting += kind.__subclasses__()
    return known


def _kinds() -> Iterator[list[object]]:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, FairwayError):
            says = (kind.__doc__ or "").split("\n")[0]
            yield [kind.__name__, kind.exit_code, kind.status, says]


def found() -> list[Found]:
    """Return every place in the source that names an error's code."""
    trees = {
        str(path.relative_to(SOURCE)): ast.parse(path.read_text("utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    }
    makers: dict[str, dict[str, str]] = {}
    everywhere: dict[str, str] = {}
    names = set(classes())
    for module, tree in trees.items():
        makers[module] = dict(_makers(tree, names))
        if module.startswith("standards/"):
            everywhere |= makers[module]  # contracts are read with the document's own maker
    listed: list[Found] = []
    for module, tree in trees.items():
        kinds = {name: name for name in names} | everywhere | makers[module]
        listed += _in(tree, module, kinds)
    return listed


def _in(tree: ast.AST, module: str, kinds: dict[str, str]) -> Iterator[Found]:
    statuses = _statuses(tree)
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = _called(call)
        if name == "Denial":
            kind = DENIALS.get(module, "BadInput")
        elif module == "asgi.py" and name == "problem":
            status, code = (a.value for a in call.args[:2] if isinstance(a, ast.Constant))
            yield Found(code, "FairwayError" if status == 500 else "BadInput", module, status)
            continue
        elif name in kinds:
            kind = kinds[name]
        else:
            continue
        for code in _codes(call):
            yield Found(code, kind, module, statuses.get(id(call)))


def _codes(call: ast.Call) -> Iterator[str]:
    for argument in call.args[:2]:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            area, dot, rest = argument.value.partition(".")
            if dot and f"{area}{rest}".replace("_", "").isalnum() and rest.islower():
                yield argument.value
                return


def _called(call: ast.Call) -> str:
    name = call.func
    return name.id if isinstance(name, ast.Name) else getattr(name, "attr", "")


def _makers(tree: ast.AST, names: set[str]) -> Iterator[tuple[str, str]]:
    """Yield functions that make an error from a code they are given, with the error's kind."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        given = {a.arg for a in function.args.args}
        for call in ast.walk(function):
            if (
                isinstance(call, ast.Call)
                and _called(call) in names
                and call.args
                and isinstance(call.args[0], ast.Name)
                and call.args[0].id in given
            ):
                yield function.name, _called(call)


def _statuses(tree: ast.AST) -> dict[int, int]:
    """Return the status of errors that are answered with another than their kind's."""
    special = {}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _called(call) == "problem" and call.args:
            for keyword in call.keywords:
                if keyword.arg == "status" and isinstance(keyword.value, ast.Constant):
                    special[id(call.args[0])] = keyword.value.value
    return special


def _dotted(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
