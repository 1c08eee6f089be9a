"""Agreements: ask, submit, list, decide."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from fairway.api.pages import Limit, Offset, Page, page
from fairway.api.signing_in import actor
from fairway.nouns.agreements import Agreement, Move, State, Step, Terms
from fairway.rules.scopes import to_text
from fairway.verbs import agreements
from fairway.verbs.agreements import AgreementPage
from fairway.verbs.asking import Asking, Granting
from fairway.wiring import current

router = Router(tags=["Agreements"])


class ColumnIn(Schema):
    """A column and its treatment: keep, drop, null, pseudonym, year, round:10, band:5, prefix:4."""

    name: str = Field(max_length=200)
    treatment: str = Field("keep", max_length=40)


class AskingIn(Schema):
    """A request. A draft keeps what is known so far; `submit` sends it to the data owner."""

    product: str = Field(max_length=200)
    columns: list[ColumnIn] = Field([], max_length=2000)
    scope: str = Field("", max_length=10_000, description="Which rows; every row when empty.")
    purpose: str = ""
    legal_basis: str = ""
    necessity: str = Field("", description="Why the data is necessary.")
    starts: date | None = None
    ends: date | None = None
    submit: bool = False
    team: str = Field("", max_length=200, description="A role of your own that is covered too.")
    onward: bool = Field(False, description="Whether the data is to be passed on.")


class MoveIn(Schema):
    """A move. Columns, scope and days narrow an approval; what is left out stays as asked."""

    move: Move
    note: str = ""
    columns: list[ColumnIn] | None = Field(None, max_length=2000)
    scope: str = Field("", max_length=10_000, description="Conditions added to the rows asked for.")
    starts: date | None = None
    ends: date | None = None


class GrantedColumnOut(Schema):
    """A column with its treatment."""

    name: str
    treatment: str


class TermsOut(Schema):
    """What is asked or granted; an empty scope is every row."""

    columns: list[GrantedColumnOut]
    scope: str
    starts: date
    ends: date


class StepOut(Schema):
    """One move in the history."""

    at: datetime
    person: str
    move: Move
    before: State
    after: State
    note: str
    in_name_of: str


class SealOut(Schema):
    """What two nodes signed: the text's SHA-256, and each node's Ed25519 signature of the text."""

    peer: str
    hash: str
    text: str
    source_signature: str
    consumer_signature: str


class AgreementOut(Schema):
    """A data share. `moves` are those the reader may make now; `objections` are the hub's."""

    id: str
    product: str
    title: str
    asker: str
    asker_name: str
    team: str
    onward: bool
    purpose: str
    purpose_name: str
    legal_basis: str
    legal_basis_name: str
    necessity: str
    asked: TermsOut
    granted: TermsOut | None
    state: State
    created: datetime
    history: list[StepOut]
    moves: list[Move]
    objections: list[str]
    seal: SealOut | None = None


class AgreementsOut(Page):
    """A page of agreements."""

    items: list[AgreementOut]


def _asking(given: AskingIn) -> Asking:
    return Asking(
        product=given.product,
        columns=_columns(given.columns),
        scope=given.scope,
        purpose=given.purpose,
        legal_basis=given.legal_basis,
        necessity=given.necessity,
        starts=given.starts,
        ends=given.ends,
        team=given.team,
        onward=given.onward,
    )


def _columns(given: Sequence[ColumnIn]) -> tuple[tuple[str, str], ...]:
    return tuple((c.name, c.treatment) for c in given)


def _terms(terms: Terms) -> dict[str, Any]:
    return {
        "columns": [{"name": c.name, "treatment": str(c.treatment)} for c in terms.columns],
        "scope": to_text(terms.scope) if terms.scope else "",
        "starts": terms.starts,
        "ends": terms.ends,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "at": step.at,
        "person": step.person,
        "move": step.move,
        "before": step.before,
        "after": step.after,
        "note": step.note,
        "in_name_of": step.in_name_of,
    }


def _agreement(shown: AgreementPage) -> dict[str, Any]:
    found = shown.agreement
    return {
        "id": found.id,
        "product": found.product,
        "title": shown.product.contract.title,
        "asker": found.asker,
        "asker_name": shown.asker.name if shown.asker else "",
        "team": str(found.team or ""),
        "onward": found.onward,
        "purpose": found.purpose,
        "purpose_name": shown.purpose.name if shown.purpose else "",
        "legal_basis": found.legal_basis,
        "legal_basis_name": shown.legal_basis.name if shown.legal_basis else "",
        "necessity": found.necessity,
        "asked": _terms(found.asked),
        "granted": _terms(found.granted) if found.granted else None,
        "state": shown.state,
        "created": found.created,
        "history": [_step(s) for s in found.history],
        "moves": list(shown.moves),
        "objections": list(shown.objections),
        "seal": shown.seal
        and {
            "peer": shown.seal.peer,
            "hash": shown.seal.hash,
            "text": shown.seal.text.decode(),
            "source_signature": shown.seal.source_signature,
            "consumer_signature": shown.seal.consumer_signature,
        },
    }


def _after(request: HttpRequest, changed: Agreement) -> dict[str, Any]:
    """Render an agreement after a change as its page shows it to who changed it."""
    return _agreement(agreements.show(current(), actor(request), changed.id))


@router.post("/agreements", response={201: AgreementOut}, summary="Ask for a product")
def ask(request: HttpRequest, given: AskingIn) -> dict[str, Any]:
    """Make a draft; with `submit` it goes to the product's data owner at once."""
    made = agreements.draft(current(), actor(request), _asking(given))
    if given.submit:
        made = agreements.submit(current(), actor(request), made.id)
    return _after(request, made)


@router.get("/agreements", response=AgreementsOut, summary="List one's own agreements")
def list_mine(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """Newest first."""
    return _page(request, agreements.list_mine(current(), actor(request)), limit, offset)


# Its address also fits `/agreements/{agreement}`, so it stands before that.
@router.get("/agreements/inbox", response=AgreementsOut, summary="List what waits for a decision")
def inbox(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """For data owners: those on their domains' products, what waits for a decision first."""
    return _page(request, agreements.inbox(current(), actor(request)), limit, offset)


def _page(
    request: HttpRequest, found: Sequence[AgreementPage], limit: int, offset: int
) -> dict[str, Any]:
    shown = [_agreement(p) for p in found[offset : offset + limit]]
    return page(request, shown, len(found), limit, offset)


@router.put("/agreements/{agreement}", response=AgreementOut, summary="Change one's own draft")
def redraft(request: HttpRequest, agreement: str, given: AskingIn) -> dict[str, Any]:
    """Replace the draft as a whole."""
    made = agreements.draft(current(), actor(request), _asking(given), agreement)
    if given.submit:
        made = agreements.submit(current(), actor(request), made.id)
    return _after(request, made)


@router.get("/agreements/{agreement}", response=AgreementOut, summary="Show an agreement")
def show(request: HttpRequest, agreement: str) -> dict[str, Any]:
    """For its parties and for auditors."""
    return _agreement(agreements.show(current(), actor(request), agreement))


@router.post("/agreements/{agreement}/moves", response=AgreementOut, summary="Make a move")
def move(request: HttpRequest, agreement: str, given: MoveIn) -> dict[str, Any]:
    """Submit, question, answer, approve, refuse, withdraw, suspend, resume or terminate."""
    if given.move is Move.SUBMIT:
        return _after(request, agreements.submit(current(), actor(request), agreement))
    granting = Granting(
        columns=None if given.columns is None else _columns(given.columns),
        scope=given.scope,
        starts=given.starts,
        ends=given.ends,
    )
    moved = agreements.move(current(), actor(request), agreement, given.move, given.note, granting)
    return _after(request, moved)
