"""Who decides in a data owner's name for a while: seen, begun and ended by the owner."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from fairway.nouns.errors import BadInput, NotFound, Refused
from fairway.nouns.people import Role
from fairway.verbs import appointments, people
from fairway.web.forms import WRONG, Problems, read_date, typed_date
from fairway.web.pages import actor, only_for, page, platform, tell


@require_safe
def delegations(request: HttpRequest) -> HttpResponse:
    """Show who decides in one's name, now or from a day to come."""
    found = appointments.delegations(platform(), actor(request))
    return page(request, "people/delegations.html", section="account", delegations=found)


@only_for("appointment.delegate")
@require_http_methods(["GET", "POST"])
def delegate(request: HttpRequest) -> HttpResponse:
    """Let somebody decide in one's name in a domain that one owns, until a day."""
    held = people.me(platform(), actor(request)).appointments
    owned = [a.domain for a in held if a.role is Role.DATA_OWNER and a.domain is not None]
    given = {name: request.POST.get(name, "").strip() for name in ("person", "domain", "evidence")}
    given["domain"] = given["domain"] or (owned[0] if len(owned) == 1 else "")
    problems = Problems()
    if request.method == "POST":
        if not given["person"]:
            problems.add("person", "Enter the user name of who stands in for you")
        if not given["domain"]:
            problems.add("domain", "Select where they stand in for you")
        until = read_date(request.POST, "until", "last day", problems)
        if until is not None and not problems:
            try:
                appointments.delegate(
                    platform(),
                    actor(request),
                    given["person"],
                    given["domain"],
                    until=until,
                    evidence=given["evidence"],
                )
            except (BadInput, NotFound, Refused) as error:
                problems.add_error(error, "person", ("until",))
            else:
                tell(request, f"{given['person']} decides for you in {given['domain']}.")
                return redirect("delegations")
    return page(
        request,
        "people/delegate.html",
        WRONG if problems else 200,
        section="account",
        problems=problems,
        owned=owned,
        longest=appointments.LONGEST_DELEGATION,
        until=typed_date(request.POST, "until"),
        **given,
    )


@require_http_methods(["GET", "POST"])
def end_delegation(request: HttpRequest, person: str, domain: str) -> HttpResponse:
    """Ask, then let somebody decide in one's name no longer."""
    if request.method == "POST":
        appointments.end_delegation(platform(), actor(request), person, domain)
        tell(request, f"{person} decides for you in {domain} no longer.")
        return redirect("delegations")
    found = appointments.delegations(platform(), actor(request))
    if all((d.person, d.domain) != (person, domain) for d in found):
        raise NotFound(
            "appointment.no_delegation", f"{person[:64]} does not decide for you in {domain[:64]}."
        )
    return page(
        request, "people/end_delegation.html", section="account", person=person, domain=domain
    )
