"""The API's description of itself: what every operation may answer besides what it is for."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from fairway.api.problems import MEDIA_TYPE

_TEXT = {"type": "string"}
_PLACE = {
    "code": {**_TEXT, "description": "Stable and dotted; listed in the reference of errors."},
    "detail": {**_TEXT, "description": "One sentence."},
    "remedy": {**_TEXT, "description": "The way out."},
    "file": _TEXT,
    "field": {**_TEXT, "description": "Where in what was sent."},
    "line": {"type": "integer"},
    "column": {"type": "integer"},
}
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "An error, as RFC 9457 has it.",
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {**_TEXT, "description": "`urn:fairway:error:` and the code."},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        **_PLACE,
        "errors": {
            "description": "Each problem, where there are several.",
            "type": "array",
            "items": {"type": "object", "required": ["code"], "properties": _PLACE},
        },
        "incident": {**_TEXT, "description": "The name of an unexpected error in the log."},
    },
}
_REFUSALS = {
    400: "The request cannot be read.",
    401: "Nobody is signed in.",
    403: "It is not allowed.",
    404: "There is no such thing, or you may not know of it.",
    406: "It is not to be had in this form.",
    409: "It clashes with what is there.",
    413: "It is too large, or was stopped at a bound.",
    422: "What was sent cannot be used.",
    429: "The node has as much to do as it takes on.",
    503: "A part that is needed does not answer.",
}
"""Every status that an error of ours has; 500 is a fault, and not described."""


class DescribedAPI(NinjaAPI):
    """An API whose description names its errors too."""

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """Return the OpenAPI document, each operation with the problems that it may answer with."""
        document = super().get_openapi_schema(**given)
        document["components"].setdefault("schemas", {})["Problem"] = PROBLEM
        answered = {"schema": {"$ref": "#/components/schemas/Problem"}}
        for methods in document["paths"].values():
            for method, operation in methods.items():
                content = {} if method == "head" else {"content": {MEDIA_TYPE: answered}}
                for status, meaning in _REFUSALS.items():
                    operation["responses"].setdefault(status, {"description": meaning, **content})
        return document
