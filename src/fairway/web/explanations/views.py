"""Why one may use a product or not, and who can see it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fairway.verbs import explanations, products, purposes
from fairway.verbs.products import needs_agreement
from fairway.web.pages import actor, page, platform


@require_safe
def who(request: HttpRequest, product: str) -> HttpResponse:
    """Show who can see a product or one of its columns; the verb says for whom this page is."""
    column = request.GET.get("column", "")
    sights = explanations.who_can_see(platform(), actor(request), product, column or None)
    return page(
        request,
        "explanations/who.html",
        section="find",
        product=products.show(platform(), actor(request), product).product,
        column=column,
        sights=sights,
    )


@require_safe
def why(request: HttpRequest, product: str) -> HttpResponse:
    """Explain to somebody whether they may use a product for a purpose, and what it would take."""
    purpose = request.GET.get("purpose", "")
    shown = products.show(platform(), actor(request), product).product
    me = actor(request)
    told = explanations.explain(platform(), me, me.person, product, purpose) if purpose else None
    return page(
        request,
        "explanations/why.html",
        section="find",
        product=shown,
        restricted=needs_agreement(shown),
        purposes=purposes.list_all(platform(), me)[0],
        purpose=purpose,
        told=told,
    )
