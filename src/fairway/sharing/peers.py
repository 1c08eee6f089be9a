"""The protocol between nodes: signed POSTs of JSON, answered with signed JSON or Arrow.

What comes in is believed only as `verbs.peers.hear` finds it; each address calls one verb; whatever
the verb says, errors included, goes back signed and bound to the request. Only a request that was
not believed gets an unsigned answer, which says which rule it broke and nothing else.
"""

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from fairway.nouns.errors import FairwayError, NotFound
from fairway.nouns.peers import Heard, Message
from fairway.verbs import following, hearing, peer_keys, peers, queries, witnessing
from fairway.verbs.cancelling import Attach, leaving
from fairway.verbs.ports import Platform
from fairway.verbs.rates import admit
from fairway.wiring import current

PROBLEM = "application/problem+json"
_HEADERS = ("content-type", "content-digest", "signature", "signature-input", "fairway-audience")
log = logging.getLogger("fairway.sharing")

Answer = tuple[str, bytes]


def _message(request: HttpRequest) -> Message:
    """Return a request as it came. The path is that on the wire: an escaped one is another."""
    scope: Mapping[str, Any] = getattr(request, "scope", {})
    raw = scope.get("raw_path") or request.path.encode()
    return Message(
        method=request.method or "",
        path=raw.partition(b"?")[0].decode("latin-1"),
        query=request.META.get("QUERY_STRING", ""),
        headers={name: request.headers.get(name, "") for name in _HEADERS},
        body=request.body,
    )


def _greeting(platform: Platform, heard: Heard, _: Attach) -> Answer:
    return peers.JSON, _json(peers.greet(platform, peers.actor_of(heard)))


def _catalogue(platform: Platform, heard: Heard, _: Attach) -> Answer:
    return peers.JSON, _json(following.catalogue(platform, peers.actor_of(heard)))


def _letter(platform: Platform, heard: Heard, _: Attach) -> Answer:
    return peers.JSON, _json(hearing.hear(platform, heard))


def _key(platform: Platform, heard: Heard, _: Attach) -> Answer:
    return peers.JSON, _json(peer_keys.hear(platform, heard))


def _use(platform: Platform, heard: Heard, attach: Attach) -> Answer:
    return peers.ARROW, queries.run_for_peer(platform, heard, attach=attach)


def _witness(platform: Platform, heard: Heard, _: Attach) -> Answer:
    return peers.JSON, _json(witnessing.hear(platform, heard))


def _prove(platform: Platform, heard: Heard, _: Attach) -> Answer:
    return peers.JSON, _json(witnessing.prove(platform, heard))


ADDRESSES: Mapping[str, Callable[[Platform, Heard, Attach], Answer]] = {
    "greeting": _greeting,
    "catalogue": _catalogue,
    "letter": _letter,
    peer_keys.ADDRESS: _key,
    "use": _use,
    "witness": _witness,
    "prove": _prove,
}
"""What a node answers to other nodes. Each is given how it learns that its caller hung up."""


def _answering(name: str) -> Callable[[HttpRequest], HttpResponse]:
    act = ADDRESSES.get(name)

    @csrf_exempt
    def view(request: HttpRequest, **_: str) -> HttpResponse:
        platform = current()
        try:
            heard = peers.hear(platform, _message(request))
        except FairwayError as error:
            return HttpResponse(
                _problem(error.code, error.message, error.remedy, error.status),
                status=error.status,
                content_type=PROBLEM,
            )
        status, wait = 200, 0
        try:
            if act is None or heard.path != peers.ROOT + name:
                raise NotFound("peer.no_such_address", "There is nothing at this address.")
            admit(platform, peers.actor_of(heard))
            kind, body = act(platform, heard, leaving(request))
        except FairwayError as error:
            status, kind = error.status, PROBLEM
            wait = error.retry_after
            body = _problem(error.code, error.message, error.remedy, status)
        except Exception as error:  # noqa: BLE001 - the other node is answered whatever happens
            status, kind = 500, PROBLEM
            incident = f"I-{secrets.token_hex(4)}"
            log.error("incident %s: %s for a peer", incident, type(error).__name__)  # noqa: TRY400 - a traceback can hold values of the data
            body = _problem("internal.error", f"The incident is {incident}.", "", status)
        response = HttpResponse(body, status=status, content_type=kind)
        if wait:
            response["Retry-After"] = str(wait)
        for header, value in peers.answer(platform, heard, status, kind, body).items():
            response[header] = value
        return response

    return view


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=True).encode()


def _problem(code: str, detail: str, remedy: str, status: int) -> bytes:
    said = {"type": f"urn:fairway:error:{code}", "status": status, "code": code, "detail": detail}
    return _json({**said, "remedy": remedy} if remedy else said)


urlpatterns: list[URLPattern] = [
    *(path(name, _answering(name), name=f"peer-{name}") for name in ADDRESSES),
    path("<path:other>", _answering(""), name="peer-other"),
]
"""Mounted at `peers/v1/`."""
