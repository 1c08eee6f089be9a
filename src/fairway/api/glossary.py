"""The hub's glossary: other names that searches also look for."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Field, Router, Schema

from fairway.api.signing_in import actor
from fairway.nouns.glossary import GlossaryTerm
from fairway.verbs import glossary
from fairway.wiring import current

router = Router(tags=["Catalogue"])


class TermIn(Schema):
    """What a term also goes by."""

    term: str = Field(max_length=200)
    names: list[str] = Field(max_length=50)


class TermOut(Schema):
    """A term of the glossary. `changed_by` is empty for those that come with Fairway."""

    term: str
    names: list[str]
    changed_by: str
    changed_at: datetime | None


@router.get("/glossary", response=list[TermOut], summary="List the hub's glossary")
def terms(request: HttpRequest) -> list[GlossaryTerm]:
    """Return every term with the other names that searches look for."""
    return list(glossary.terms(current(), actor(request)))


@router.post("/glossary", response=TermOut, summary="Add or change a term of the glossary")
def put(request: HttpRequest, given: TermIn) -> GlossaryTerm:
    """Let the next search look for the names. A term in the same words is replaced."""
    return glossary.put(current(), actor(request), given.term, given.names)


@router.delete("/glossary/{path:term}", response={204: None}, summary="Take a term out")
def remove(request: HttpRequest, term: str) -> None:
    """Let searches look for its other names no more."""
    glossary.remove(current(), actor(request), term)
