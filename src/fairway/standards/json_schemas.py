"""Documents held against the official JSON Schemas of their standards."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft201909Validator, validators
from jsonschema.exceptions import ValidationError

_REFERENCE = Draft201909Validator.VALIDATORS["$ref"]


@cache
def schema(package: str, name: str) -> Mapping[str, Any]:
    """Return the schema that a package carries under this name."""
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    read: Mapping[str, Any] = json.loads(text)
    return read


def violations(against: Mapping[str, Any], content: object) -> tuple[tuple[str, str], ...]:
    """Return the field and the reason of each place where a document breaks a schema, in order."""
    errors = _validator(against).iter_errors(content)
    return tuple((_field(error), error.message[:500]) for error in errors)


def _validator(against: Mapping[str, Any]) -> Any:
    """Return a validator that judges each part by each definition once.

    JSON Schema 2019-09, Core, section 11: "unevaluatedProperties" needs the verdicts of all the
    definitions beside it. The library works these out again on every level, so the time grows with
    a power of the nesting: one contract of the standard's corpus did not end in minutes. The parts
    stay alive during one validation, so their identity names them.
    """
    judged: dict[tuple[str, int], list[tuple[str, tuple[Any, ...]]]] = {}

    def reference(validator: Any, ref: str, part: Any, parent: Any) -> Iterator[ValidationError]:
        key = (ref, id(part))
        if key not in judged:
            found = _REFERENCE(validator, ref, part, parent)
            judged[key] = [(error.message, tuple(error.path)) for error in found]
        for message, path in judged[key]:
            yield ValidationError(message, path=path)

    return validators.extend(Draft201909Validator, {"$ref": reference})(against)


def _field(error: ValidationError) -> str:
    path = ""
    for part in error.absolute_path:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path
