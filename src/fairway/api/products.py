"""Data products: find, show, publish, export, and who uses them."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from fairway.api.pages import Limit, Offset, Page, page
from fairway.api.signing_in import actor
from fairway.nouns.errors import BadInput
from fairway.nouns.events import Usage
from fairway.nouns.products import AccessClass, Classification, LogicalType
from fairway.verbs import products
from fairway.wiring import current

router = Router(tags=["Products"])


class HitOut(Schema):
    """A product found, with the piece of text that matched."""

    id: str
    title: str
    domain: str
    access: AccessClass
    snippet: str


class HitsOut(Page):
    """A page of products found."""

    items: list[HitOut]


class ColumnOut(Schema):
    """A column as its contract describes it."""

    name: str
    type: LogicalType
    description: str
    classification: Classification
    required: bool


class ProductDomainOut(Schema):
    """The spoke that owns the product."""

    id: str
    name: str
    organisation: str


class OwnerOut(Schema):
    """The data owner; `current` says whether the appointment holds today."""

    id: str
    name: str
    current: bool


class UsageOut(Schema):
    """How one person uses a product for one purpose."""

    product: str
    person: str
    purpose: str
    queries: int
    rows: int
    first: datetime
    last: datetime


class ProductOut(Schema):
    """Everything a person may know of a product. `usage` is null for those who may not see it."""

    id: str
    title: str
    description: str
    domain: ProductDomainOut
    owner: OwnerOut | None
    access: AccessClass
    version: str
    versions: list[str]
    contract: str
    columns: list[ColumnOut]
    tags: list[str]
    licence: str
    attribution: str
    published_by: str
    published_at: datetime
    usage: list[UsageOut] | None


class PublishedOut(Schema):
    """What publishing did. `breaks` says whom a new major version breaks."""

    id: str
    version: str
    previous: str | None
    breaks: str


def _usage(usage: Usage) -> dict[str, Any]:
    return asdict(usage)


def _product(shown: products.ProductPage) -> dict[str, Any]:
    product, contract = shown.product, shown.product.contract
    owner = shown.owner
    return {
        "id": product.id,
        "title": contract.title,
        "description": contract.description,
        "domain": asdict(shown.domain),
        "owner": owner and {"id": owner.id, "name": owner.name, "current": shown.owner_current},
        "access": contract.access,
        "version": contract.version,
        "versions": list(shown.versions),
        "contract": contract.id,
        "columns": [asdict(c) for c in contract.columns],
        "tags": list(contract.tags),
        "licence": contract.licence,
        "attribution": contract.attribution,
        "published_by": product.published_by,
        "published_at": product.published_at,
        "usage": None if shown.usage is None else [_usage(u) for u in shown.usage],
    }


@router.get("/products", response=HitsOut, summary="Find products")
def find(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=500, description="Words to look for.")] = "",
    limit: Limit = 20,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Those that match any of the words, best first; all of them for no words."""
    found = products.find(current(), actor(request), q, limit=limit, offset=offset)
    hits = [
        {
            "id": h.product,
            "title": h.title,
            "domain": h.domain,
            "access": h.access,
            "snippet": h.snippet,
        }
        for h in found.hits
    ]
    return page(request, hits, found.total, limit, offset)


_CONTRACT = {
    "requestBody": {
        "required": True,
        "description": "An Open Data Contract Standard 3.2 contract.",
        "content": {"application/yaml": {"schema": {"type": "string"}}},
    }
}


@router.post(
    "/products",
    response={201: PublishedOut},
    summary="Publish a contract",
    openapi_extra=_CONTRACT,
)
def publish(
    request: HttpRequest,
    file: Annotated[
        str, Query(max_length=300, description="The contract's file name, used in errors.")
    ] = "contract",
) -> dict[str, Any]:
    """Compare the contract with the data it names, and publish it, or nothing."""
    try:
        text = request.body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput(
            "contract.not_text",
            "The contract is not text in UTF-8.",
            remedy="Save it as UTF-8.",
            file=file,
        ) from None
    done = products.publish(current(), actor(request), text, file)
    return {
        "id": done.product.id,
        "version": done.product.contract.version,
        "previous": done.previous,
        "breaks": done.breaks,
    }


class ReasonIn(Schema):
    """Why."""

    reason: str


class WithdrawnOut(Schema):
    """What a withdrawal did: the agreements under which nothing is served now."""

    id: str
    stopped: list[str]


@router.post("/products/{product}/withdraw", response=WithdrawnOut, summary="Withdraw a product")
def withdraw(request: HttpRequest, product: str, given: ReasonIn) -> dict[str, Any]:
    """Have it found, asked for and used no more; its agreements and its record stay."""
    done = products.withdraw(current(), actor(request), product, given.reason)
    return {"id": done.product.id, "stopped": list(done.stopped)}


@router.get("/products/{product}", response=ProductOut, summary="Show a product")
def show(request: HttpRequest, product: str) -> dict[str, Any]:
    """Owner, contract, columns with classification, and for those who may see it, who uses it."""
    return _product(products.show(current(), actor(request), product))


@router.get(
    "/products/{product}/contract",
    summary="Export a contract",
    openapi_extra={
        "responses": {200: {"content": {"application/yaml": {"schema": {"type": "string"}}}}}
    },
)
def contract(request: HttpRequest, product: str) -> HttpResponse:
    """Return the contract as published, with every field."""
    text = products.contract_text(current(), actor(request), product)
    return HttpResponse(text, content_type="application/yaml; charset=utf-8")


@router.get("/products/{product}/usage", response=list[UsageOut], summary="Show who uses a product")
def usage(request: HttpRequest, product: str) -> list[dict[str, Any]]:
    """Who, for which purpose, how often, how many rows, last when. For its owners and watchers."""
    return [_usage(u) for u in products.usage(current(), actor(request), product)]
