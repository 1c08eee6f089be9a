"""Pages of the other names that searches look for, and of changing them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from fairway.nouns.errors import BadInput
from fairway.verbs import glossary
from fairway.web.forms import WRONG, Problems
from fairway.web.pages import actor, page, platform, tell


@require_safe
def names(request: HttpRequest) -> HttpResponse:
    """Show every term with its other names and who decided so."""
    terms = glossary.terms(platform(), actor(request))
    return page(request, "glossary/names.html", section="find", terms=terms)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Add a term, or change the other names of one."""
    problems = Problems()
    given = request.POST if request.method == "POST" else request.GET
    term = given.get("term", "").strip()
    typed = request.POST.get("names", "")
    if request.method == "POST":
        try:
            made = glossary.put(platform(), actor(request), term, typed.splitlines())
        except BadInput as error:
            problems.add_error(error, "names", known=("term", "names"))
        else:
            tell(request, f"Searches for {made.term} look for {', '.join(made.names)} too.")
            return redirect("names")
    else:
        known = {one.term: one.names for one in glossary.terms(platform(), actor(request))}
        typed = "\n".join(known.get(term, ()))
    return page(
        request,
        "glossary/change.html",
        WRONG if problems else 200,
        section="find",
        problems=problems,
        term=term,
        names=typed,
    )


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest) -> HttpResponse:
    """Ask, then take a term out."""
    term = (request.POST if request.method == "POST" else request.GET).get("term", "")
    if request.method == "POST":
        glossary.remove(platform(), actor(request), term)
        tell(request, f"{term} is out of the list.")
        return redirect("names")
    return page(request, "glossary/remove.html", section="find", term=term)
