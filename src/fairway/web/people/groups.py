"""Which role in which domain a group of the department's directory gives."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from fairway.nouns.errors import BadInput, Conflict, NotFound
from fairway.nouns.people import Role
from fairway.rules.provisioning import GIVEN_BY_GROUPS
from fairway.verbs import people, provisioning
from fairway.web.forms import WRONG, Problems
from fairway.web.pages import actor, only_for, page, platform, tell

LONGEST = 200
"""Characters of a group's name, as the API has it."""


@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """Show what the groups of the directory give."""
    found = provisioning.group_roles(platform(), actor(request))
    return page(request, "people/groups.html", section="people", given=found)


@only_for("provisioning.set_group_role")
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """Have a group's members hold a role in a domain."""
    given = {name: request.POST.get(name, "").strip() for name in ("group", "role", "domain")}
    problems = Problems()
    if request.method == "POST":
        role = next((r for r in GIVEN_BY_GROUPS if r.value == given["role"]), None)
        if not given["group"]:
            problems.add("group", "Enter the name of the group")
        elif len(given["group"]) > LONGEST:
            problems.add("group", f"The name must be {LONGEST} characters or fewer")
        if role is None:
            problems.add("role", "Select the role that the group gives")
        if not given["domain"]:
            problems.add("domain", "Select the domain in which they hold it")
        if role is not None and not problems:
            try:
                _set(request, given["group"], role, given["domain"], given=True)
            except (BadInput, Conflict, NotFound) as error:
                problems.add_error(error, "group")
            else:
                tell(request, f"Members of {given['group']} hold the role {role.value}.")
                return redirect("groups")
    return page(
        request,
        "people/give_role.html",
        WRONG if problems else 200,
        section="people",
        problems=problems,
        roles=sorted(role.value for role in GIVEN_BY_GROUPS),
        domains=people.list_domains(platform(), actor(request)),
        **given,
    )


@only_for("provisioning.set_group_role")
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest) -> HttpResponse:
    """Ask, then have a group give a role no longer."""
    named = tuple(request.GET.get(name, "") for name in ("group", "role", "domain"))
    known = provisioning.group_roles(platform(), actor(request))
    found = next((g for g in known if (g.group, g.role.value, g.domain) == named), None)
    if found is None:
        raise NotFound("provisioning.role_not_given", "The group gives no such role.")
    if request.method == "POST":
        _set(request, found.group, found.role, found.domain, given=False)
        tell(request, f"{found.group} gives the role {found.role.value} no longer.")
        return redirect("groups")
    return page(request, "people/end_role.html", section="people", one=found)


def _set(request: HttpRequest, group: str, role: Role, domain: str, *, given: bool) -> None:
    provisioning.set_group_role(platform(), actor(request), group, role, domain, given=given)
