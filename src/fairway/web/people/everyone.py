"""Who has an account, with their roles, and the last day of somebody who leaves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from fairway.nouns.errors import NotFound
from fairway.nouns.people import Person
from fairway.rules.people import INITIAL_DAYS, check_another
from fairway.verbs import people as verbs
from fairway.verbs.people import Me
from fairway.web.forms import WRONG, Problems, read_date, shown_date, typed_date
from fairway.web.pages import actor, only_for, page, platform, tell
from fairway.web.products.paging import numbered, page_number
from fairway.web.words import day

PER_PAGE = 50


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Show the accounts, or those whose user name, name or domain has the words typed."""
    words = request.GET.get("q", "").strip()[:100]
    found = [m for m in verbs.list_people(platform(), actor(request)) if _has(m, words)]
    number = page_number(request.GET.get("page", ""))
    return page(
        request,
        "people/people.html",
        section="people",
        words=words,
        total=len(found),
        people=found[(number - 1) * PER_PAGE : number * PER_PAGE],
        paging=numbered(number, len(found), PER_PAGE, {"q": words}),
    )


def _has(one: Me, words: str) -> bool:
    said = f"{one.person.id} {one.person.name} {one.person.domain}".casefold()
    return all(word in said for word in words.casefold().split())


@only_for("person.leaving")
@require_http_methods(["GET", "POST"])
def leaving(request: HttpRequest, person: str) -> HttpResponse:
    """Set somebody's last day, or take it away."""
    problems = Problems()
    if request.method == "POST":
        stays = "stays" in request.POST
        last = None if stays else read_date(request.POST, "last", "last day", problems)
        if not problems:
            verbs.leaving(platform(), actor(request), person, last)
            tell(
                request, f"The last day of {person} is {day(last)}." if last else f"{person} stays."
            )
            return redirect("people")
    found = _known(request, person)
    return page(
        request,
        "people/leaving.html",
        WRONG if problems else 200,
        section="people",
        problems=problems,
        person=found,
        last=typed_date(request.POST, "last") if problems else shown_date(found.leaves),
    )


@only_for("person.give_password")
@require_http_methods(["GET", "POST"])
def give_password(request: HttpRequest, person: str) -> HttpResponse:
    """Ask, then make a password for somebody; it is shown on this answer and never again."""
    found = _known(request, person)
    if request.method == "POST":
        made, until = verbs.give_password(platform(), actor(request), person)
        return page(
            request,
            "people/password_made.html",
            section="people",
            person=found,
            made=made,
            until=until,
        )
    check_another(person, actor(request).person)
    return page(
        request, "people/give_password.html", section="people", person=found, days=INITIAL_DAYS
    )


def _known(request: HttpRequest, person: str) -> Person:
    everyone = verbs.list_people(platform(), actor(request))
    found = next((m.person for m in everyone if m.person.id == person), None)
    if found is None:
        raise NotFound("person.not_found", f"There is no account {person[:64]}.")
    return found
