"""The record as a log that others check: C2SP tlog-tiles and tlog-witness, proofs, feeds, state."""

import base64
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from fairway.api.audit import RecordEntryOut, VerificationOut, entry_out
from fairway.api.problems import MEDIA_TYPE
from fairway.api.signing_in import actor
from fairway.nouns.errors import BadInput
from fairway.nouns.witnesses import Watched, Witness
from fairway.verbs import logs, subjects, witnesses, witnessing
from fairway.verbs.logs import Proved
from fairway.wiring import current

router = Router(tags=["Log"])

Witnessed = Annotated[bool, Query(description="The newest that most witnesses cosigned.")]
Before = Annotated[int | None, Query(ge=1, description="Only entries before this number.")]
Most = Annotated[int, Query(ge=1, le=500, description="The most entries to give.")]
Size = Annotated[int, Query(ge=1, description="The entries of the record that is exported.")]

TEXT = "text/plain; charset=utf-8"
MOST_ASKED = 16 * 1024
"""Bytes of a request for a cosignature: 63 hashes and a checkpoint with room for signatures."""


class ProofOut(Schema):
    """An entry's leaf and the hashes up to the checkpoint's root, in base64.

    `salt` and `body`, with which the leaf can be made, stand where they may be shown.
    """

    index: int
    leaf: str
    proof: list[str]
    size: int
    checkpoint: str
    salt: str | None
    body: str | None


class FeedOut(Schema):
    """Proofs, in the order of their entries, that lead to one checkpoint; `before` leads to older
    ones."""

    items: list[ProofOut]
    checkpoint: str
    before: int | None


class ErasureIn(Schema):
    """Which entries' bodies are erased, and why."""

    sequences: list[int]
    reason: str


class ErasedOut(Schema):
    """How many bodies were erased."""

    erased: int


class ArchiveIn(Schema):
    """The first month that stays in the database, as in 2026-01."""

    before: str = Field(..., max_length=20)


class ArchivedOut(Schema):
    """A month that was moved, and how many entries that were."""

    month: str
    entries: int


class ArchivesOut(Schema):
    """What was moved, by month."""

    items: list[ArchivedOut]


class WitnessOut(Schema):
    """Who cosigns this record's checkpoints, up to which size, and why not further.

    `peer` is the node of the trust that it is, empty for one that was added by its key.
    """

    name: str
    key: str
    address: str
    size: int
    asked: datetime | None
    fault: str
    peer: str


class WatchedOut(Schema):
    """A record of another node that this one watches; `peer` is that node, if it is a peer."""

    origin: str
    key: str
    size: int
    peer: str


class LogStateOut(Schema):
    """How the record stands; `recent` counts the entries of the last minute."""

    size: int
    lag: int
    recent: int
    bytes: int
    checkpoint: str
    key: str
    witness_key: str
    witnesses: list[WitnessOut]
    watched: list[WatchedOut]
    alarms: list[RecordEntryOut]


class WitnessIn(Schema):
    """A witness's key, and the address below which it takes checkpoints."""

    key: str = Field(..., max_length=300)
    address: str = Field(..., max_length=300)


class WatchIn(Schema):
    """The key of a record to watch."""

    key: str = Field(..., max_length=300)


class AskedOut(Schema):
    """What came of asking a witness; `alarm` where it knows of another history."""

    name: str
    size: int
    fault: str
    alarm: bool


def _coded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def proof_out(proved: Proved) -> dict[str, Any]:
    """Return a proof as the API gives it, and `fairway-verify` takes it."""
    found, entry = proved.inclusion, proved.entry
    held = entry if entry is not None and entry.body else None
    return {
        "index": found.index,
        "leaf": _coded(found.leaf),
        "proof": [_coded(step) for step in found.proof],
        "size": found.size,
        "checkpoint": found.checkpoint,
        "salt": _coded(held.salt) if held else None,
        "body": _coded(held.body) if held else None,
    }


def _witness(witness: Witness) -> dict[str, Any]:
    return {**{n: getattr(witness, n) for n in WitnessOut.model_fields}}


def _watched(watched: Watched) -> dict[str, Any]:
    return {name: getattr(watched, name) for name in WatchedOut.model_fields}


# ------------------------------------------------------------------ for anyone


@router.get("/log/checkpoint", auth=None, summary="Read the signed head of the record")
def checkpoint(
    request: HttpRequest,  # noqa: ARG001 - every route is called so
    witnessed: Witnessed = False,
) -> HttpResponse:
    """Give a signed note after C2SP tlog-checkpoint, with the cosignatures of witnesses."""
    note = (logs.witnessed_checkpoint if witnessed else logs.checkpoint)(current())
    return HttpResponse(note, content_type=TEXT)


@router.get("/log/key", auth=None, summary="Read the keys that verify the record")
def key(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - every route is called so
    """Two lines: the log's key, and the key of this node as a witness of others."""
    return HttpResponse("".join(f"{one}\n" for one in logs.keys(current())), content_type=TEXT)


@router.get("/log/tile/{path:path}", auth=None, summary="Read a tile or a bundle of entries")
def tile(request: HttpRequest, path: str) -> HttpResponse:  # noqa: ARG001 - every route is called so
    """As C2SP tlog-tiles has it: `LEVEL/NUMBER`, `entries/NUMBER`, with `.p/WIDTH` if partial."""
    response = HttpResponse(logs.tile(current(), path), content_type="application/octet-stream")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


_SAID = {"text/plain": {"schema": {"type": "string"}}}
_NOT_COSIGNED: dict[int, dict[str, Any]] = {
    400: {"description": "This is not a checkpoint.", "content": _SAID},
    403: {"description": "No key that is known signed it.", "content": _SAID},
    404: {"description": "This node does not watch the log.", "content": _SAID},
    409: {
        "description": "Another size was cosigned last: that one.",
        "content": {**_SAID, "text/x.tlog.size": {"schema": {"type": "string"}}},
    },
    422: {
        "description": "It does not follow from what was cosigned, or is too large.",
        "content": {**_SAID, MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
}
"""What C2SP tlog-witness has a witness answer, in plain text."""


@router.post(
    "/log/witness/add-checkpoint",
    auth=None,
    summary="Have a checkpoint cosigned",
    openapi_extra={"responses": _NOT_COSIGNED},
)
def cosign(request: HttpRequest) -> HttpResponse:
    """As C2SP tlog-witness has it, for the logs that this node watches."""
    if len(request.body) > MOST_ASKED:
        raise BadInput("request.too_large", "This is too large for a checkpoint.")
    try:
        body = request.body.decode()
    except UnicodeDecodeError:
        return HttpResponse("this is not a checkpoint\n", status=400, content_type=TEXT)
    answer = witnesses.cosign(current(), body)
    return HttpResponse(answer.text, status=answer.status, content_type=answer.type)


# ------------------------------------------------------------------ proofs and bodies


@router.get("/audit/{int:sequence}/proof", response=ProofOut, summary="Prove an entry")
def prove(request: HttpRequest, sequence: int) -> dict[str, Any]:
    """Show that an entry is in the record, by its number."""
    return proof_out(logs.prove(current(), actor(request), sequence))


@router.get("/audit/feed/{product}", response=FeedOut, summary="Read the proven uses of a product")
def feed(
    request: HttpRequest,
    product: str,
    before: Before = None,
    limit: Most = 100,
) -> dict[str, Any]:
    """Everything on record about one product, each entry with its proof."""
    note, found = logs.feed(current(), actor(request), product, before, limit)
    items = [proof_out(one) for one in reversed(found)]
    older = items[0]["index"] + 1 if len(items) == limit else None
    return {"items": items, "checkpoint": note, "before": older}


@router.get("/audit/bodies/{int:number}", summary="Read the bodies of a bundle")
def bodies(request: HttpRequest, number: int, size: Size) -> HttpResponse:
    """Salts and bodies of 256 entries, as an export holds them."""
    found = logs.bodies(current(), actor(request), number, size)
    return HttpResponse(found, content_type="application/octet-stream")


@router.post("/audit/erase", response=ErasedOut, summary="Erase the bodies of entries")
def erase(request: HttpRequest, given: ErasureIn) -> dict[str, int]:
    """For good, with a reason. The record verifies as before, and says that it was done."""
    return {"erased": logs.erase(current(), actor(request), given.sequences, given.reason)}


@router.post("/audit/archive", response=ArchivesOut, summary="Move old entries to the archive")
def archive(request: HttpRequest, given: ArchiveIn) -> dict[str, Any]:
    """Into Parquet files by month in the node's directory. They are proved and shown as before."""
    return {"items": [asdict(m) for m in logs.archive(current(), actor(request), given.before)]}


@router.get("/audit/state", response=LogStateOut, summary="See how the record stands")
def state(request: HttpRequest) -> dict[str, Any]:
    """Rate, lag, size, last checkpoint, witnesses and alarms."""
    found = logs.state(current(), actor(request))
    return {
        **asdict(found.pace),
        "key": found.key,
        "witness_key": found.witness_key,
        "witnesses": [_witness(w) for w in found.witnesses],
        "watched": [_watched(w) for w in found.watched],
        "alarms": [entry_out(entry) for entry in found.alarms],
    }


@router.post("/audit/mirror", response=VerificationOut, summary="Write the lost head file anew")
def renew_mirror(request: HttpRequest) -> dict[str, Any]:
    """Only when everything else verifies."""
    return asdict(logs.renew_mirror(current(), actor(request)))


# ------------------------------------------------------------------ a person's own view


class SubjectIn(Schema):
    """Whose data, by what identifies them, and for which request; `products` narrow."""

    identifier: str = Field(..., max_length=300)
    reason: str = Field(..., max_length=2000)
    products: list[str] = Field(default_factory=list)
    since: datetime | None = None


class SubjectUseOut(Schema):
    """A use of one person's data: by which roles in which organisation, for which purpose."""

    sequence: int
    at: datetime
    product: str
    organisation: str
    roles: list[str]
    purpose: str
    agreement: str
    rows: int | None


class SubjectOut(Schema):
    """Uses that singled a person out, and uses in bulk of products that can hold them."""

    mark: str
    products: list[str]
    singled_out: list[SubjectUseOut]
    in_bulk: list[SubjectUseOut]
    more: bool


@router.post("/audit/subject", response=SubjectOut, summary="See the uses of a person's data")
def subject(request: HttpRequest, given: SubjectIn) -> dict[str, Any]:
    """For a data protection officer who answers a subject access request; the asking is recorded.

    A POST, so that what identifies the person stands in no address and no log.
    """
    found = subjects.view(
        current(), actor(request), given.identifier, given.reason,
        products=given.products, since=given.since,
    )  # fmt: skip
    return asdict(found)


# ------------------------------------------------------------------ witnesses


@router.post("/witnesses", response={201: WitnessOut}, summary="Take a witness")
def add(request: HttpRequest, given: WitnessIn) -> tuple[int, dict[str, Any]]:
    """Take who cosigns this record's checkpoints from now on."""
    return 201, _witness(witnesses.add(current(), actor(request), given.key, given.address))


# before the name of a witness, which may hold any path
@router.post("/witnesses/ask", response=list[AskedOut], summary="Have the record cosigned")
def ask(request: HttpRequest) -> list[dict[str, Any]]:
    """Ask every witness and every peer for its cosignature on the newest checkpoint."""
    return [asdict(one) for one in witnessing.ask(current(), actor(request))]


@router.delete("/witnesses/{path:name}", response={204: None}, summary="Ask a witness no more")
def remove(request: HttpRequest, name: str) -> tuple[int, None]:
    """By its name."""
    witnesses.remove(current(), actor(request), name)
    return 204, None


@router.post("/watched", response={201: WatchedOut}, summary="Watch another node's record")
def watch(request: HttpRequest, given: WatchIn) -> tuple[int, dict[str, Any]]:
    """Cosign that record's checkpoints from now on, when they follow from each other."""
    found = witnesses.watch(current(), actor(request), given.key)
    return 201, _watched(found)
