"""Why one may use a product or not, who can see it, and everybody's access as a file."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from fairway import formats
from fairway.formats import matrix as access
from fairway.verbs import explanations, products, purposes
from fairway.verbs.matrix import matrix
from fairway.verbs.products import needs_agreement
from fairway.web.forms import WRONG, Problems, read_date, typed_date
from fairway.web.pages import actor, only_for, page, platform
from fairway.web.queries.streams import handed_out


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


@only_for("access.matrix")
@require_http_methods(["GET", "POST"])
def everybody(request: HttpRequest) -> HttpResponseBase:
    """Give everybody's effective access on a day as a Parquet file. Taking it out is recorded."""
    problems = Problems()
    if request.method == "POST":
        day = read_date(request.POST, "on", "day", problems, required=False)
        if not problems:
            found = matrix(platform(), actor(request), day)
            file, facts = formats.named("parquet"), access.facts(found.on)
            rows = file.write(access.stream(found.groups), facts)
            return handed_out(request, rows, file, f"fairway-{facts.id}")
    return page(
        request,
        "explanations/everybody.html",
        WRONG if problems else 200,
        section="people",
        problems=problems,
        on=typed_date(request.POST, "on"),
    )
