"""SCIM 2.0 (RFC 7643, RFC 7644): the directory's people and groups. Include this at `scim/v2/`.

The resources, filters and patches are those of scim2-models, tolerant of what Microsoft Entra ID
and Okta really send: attributes that we do not know are dropped, a `remove` with a `value` removes
just these values, booleans and operations in any case are read.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    Group,
    PatchOp,
    ResponseParameters,
    SCIMException,
    ScimPolicy,
)

from fairway.api.scim_resources import (
    DISCOVERY,
    Groups,
    People,
    Person,
    Resources,
    normalised,
    searched,
)
from fairway.api.signing_in import not_signed_in
from fairway.nouns.errors import BadInput, Conflict, FairwayError
from fairway.nouns.people import Actor, Via
from fairway.verbs import people
from fairway.wiring import current

CONTENT = "application/scim+json"
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


def _answer(body: Any, status: int = 200, location: str = "") -> HttpResponse:
    text = "" if body is None else json.dumps(body, ensure_ascii=False)
    answer = HttpResponse(text, status=status, content_type=CONTENT)
    if location:
        answer["Location"] = location
    return answer


def _error(status: int, detail: str, kind: str = "") -> HttpResponse:
    error = Error(status=status, detail=detail, scim_type=kind or None)
    answer = _answer(error.model_dump(), status)
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def _kind(error: FairwayError) -> str:
    if isinstance(error, Conflict):
        return "uniqueness"
    return "invalidValue" if isinstance(error, BadInput) else ""


def _actor(request: HttpRequest) -> Actor:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not secret.strip():
        raise not_signed_in()
    return people.bearer(current(), secret.strip(), Via.API)


def _door(view: Callable[..., HttpResponse]) -> Any:
    """Let in who has a token, and answer every error in SCIM's own form."""

    @csrf_exempt
    @wraps(view)
    def opened(request: HttpRequest, **named: str) -> HttpResponse:
        try:
            with POLICY:
                return view(request, _actor(request), **named)
        except FairwayError as error:
            status = 400 if error.status == 422 else error.status
            answer = _error(status, str(error), _kind(error))
            if error.retry_after:
                answer["Retry-After"] = str(error.retry_after)
            return answer
        except SCIMException as error:
            return _error(error.status, error.detail, error.scim_type)
        except ValidationError as error:
            first = Error.from_validation_errors(error)[0]
            return _error(first.status or 400, first.detail or "", first.scim_type or "")

    return opened


def _body(request: HttpRequest) -> Any:
    try:
        return normalised(json.loads(request.body))
    except (ValueError, RecursionError):
        raise BadInput("scim.not_json", "The body is not JSON.") from None


def _resources(request: HttpRequest, actor: Actor, kind: str) -> Resources[Any]:
    base = request.build_absolute_uri("/scim/v2")
    made: dict[str, Callable[..., Resources[Any]]] = {"Users": People, "Groups": Groups}
    return made[kind](current(), actor, base)


def _shown(request: HttpRequest, found: Any, context: Context) -> Any:
    wanted = {
        name: request.GET[given]
        for name, given in (
            ("attributes", "attributes"),
            ("excluded_attributes", "excludedAttributes"),
        )
        if given in request.GET
    }
    parameters = ResponseParameters[type(found)].model_validate(wanted)  # type: ignore[misc]  # the checker follows it no further
    return found.model_dump(scim_ctx=context, response_parameters=parameters)


@_door
def collection(request: HttpRequest, actor: Actor, kind: str) -> HttpResponse:
    """List resources, or make one."""
    held = _resources(request, actor, kind)
    if request.method == "GET":
        return _answer(held.search(request.GET.dict()))
    if request.method == "POST":
        given = held.model.model_validate(
            _body(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST
        )
        made = held.add(given)
        shown = _shown(request, made, Context.RESOURCE_CREATION_RESPONSE)
        return _answer(shown, 201, made.meta.location)
    return _error(405, "Resources are listed by GET and made by POST.")


@_door
def search(request: HttpRequest, actor: Actor, kind: str) -> HttpResponse:
    """List resources by a search that is sent in the body."""
    if request.method != "POST":
        return _error(405, "A search is sent by POST.")
    given = _body(request)
    if not isinstance(given, dict):
        return _error(400, "A search is an object.", "invalidSyntax")
    return _answer(_resources(request, actor, kind).search(given))


@_door
def search_all(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List people and groups together, by a search that is sent in the body."""
    if request.method != "POST":
        return _error(405, "A search is sent by POST.")
    given = _body(request)
    if not isinstance(given, dict):
        return _error(400, "A search is an object.", "invalidSyntax")
    held = [_resources(request, actor, kind) for kind in ("Users", "Groups")]
    found = [resource for one in held for resource in one.find()]
    return _answer(searched(Person | Group, given, lambda _: found))


@_door
def one(request: HttpRequest, actor: Actor, kind: str, id: str) -> HttpResponse:
    """Show, replace, change or remove a resource."""
    held = _resources(request, actor, kind)
    if request.method == "GET":
        found = held.get(id)
        return _answer(_shown(request, found, Context.RESOURCE_QUERY_RESPONSE))
    if request.method == "DELETE":
        held.remove(id)
        return _answer(None, 204)
    if request.method == "PUT":
        was = held.get(id)
        given = held.model.model_validate(
            _body(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST
        )
        given.replace(was)
        changed = held.change(id, given)
        return _answer(_shown(request, changed, Context.RESOURCE_REPLACEMENT_RESPONSE))
    if request.method == "PATCH":
        was = held.get(id)
        operations: Any = PatchOp[held.model]  # type: ignore[name-defined]  # the class is known when it runs
        patch = operations.model_validate(_body(request), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
        patch.patch(was)
        changed = held.change(id, was)
        return _answer(_shown(request, changed, Context.RESOURCE_PATCH_RESPONSE))
    return _error(405, "A resource is read by GET, changed by PUT or PATCH, removed by DELETE.")


@_door
def discovery(request: HttpRequest, actor: Actor, kind: str, id: str = "") -> HttpResponse:
    """Say what this service can do, and what its resources look like."""
    del actor  # anyone with a token may know
    if request.method != "GET":
        return _error(405, "This is read by GET.")
    found = DISCOVERY.answer(kind, id, request.build_absolute_uri("/scim/v2"))
    if found is None:
        return _error(404, f"There is no {kind} {id[:100]}.")
    return _answer(found)


@_door
def nothing(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Answer an address that is not there."""
    del request, actor
    return _error(404, "There is nothing at this address.")


urlpatterns: list[URLPattern] = [
    path(".search", search_all),
    *(path(kind, collection, {"kind": kind}) for kind in ("Users", "Groups")),
    *(path(f"{kind}/.search", search, {"kind": kind}) for kind in ("Users", "Groups")),
    *(path(f"{kind}/<str:id>", one, {"kind": kind}) for kind in ("Users", "Groups")),
    path("ServiceProviderConfig", discovery, {"kind": "ServiceProviderConfig"}),
    *(path(kind, discovery, {"kind": kind}) for kind in ("ResourceTypes", "Schemas")),
    *(path(f"{kind}/<str:id>", discovery, {"kind": kind}) for kind in ("ResourceTypes", "Schemas")),
    re_path(r"^.*$", nothing),
]
