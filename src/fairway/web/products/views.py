"""A product's page, and its contract as a file."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fairway.verbs import agreements, products
from fairway.verbs.products import needs_agreement
from fairway.web.pages import actor, page, platform


@require_safe
def product(request: HttpRequest, product: str) -> HttpResponse:
    """Show everything that a person may know about a product before using it."""
    shown = products.show(platform(), actor(request), product)
    mine = [
        p
        for p in agreements.list_mine(platform(), actor(request))
        if p.product.id == shown.product.id
    ]
    return page(
        request,
        "products/product.html",
        section="find",
        shown=shown,
        product=shown.product,
        contract=shown.product.contract,
        restricted=needs_agreement(shown.product),
        mine=mine,
    )


@require_safe
def contract(request: HttpRequest, product: str) -> HttpResponse:
    """Give a product's contract as a file."""
    text = products.contract_text(platform(), actor(request), product)
    return HttpResponse(
        text,
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{product}.odcs.yaml"'},
    )
