"""The hub's guardrails on the web: read, propose, review, look at the impact, publish."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from fairway.nouns.errors import BadInput, Refused
from fairway.nouns.guardrails import VersionState
from fairway.verbs import guardrails as verbs
from fairway.web.forms import WRONG, Problems
from fairway.web.pages import actor, offers, only_for, page, platform, tell


@require_safe
def guardrails(request: HttpRequest) -> HttpResponse:
    """Show the guardrails in force in plain English, and the versions to those who keep them."""
    keeps = offers(request, "guardrail.versions")
    return page(
        request,
        "governance/guardrails.html",
        section="guardrails",
        shown=verbs.in_force(platform(), actor(request)),
        versions=verbs.list_versions(platform(), actor(request)) if keeps else (),
    )


@only_for("guardrail.propose")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Ask for policies, examples and the reason; keep them as a draft when they hold."""
    problems = Problems()
    if request.method == "POST":
        given = {n: request.POST.get(n, "") for n in ("policies", "examples", "note")}
        try:
            examples: Any = json.loads(given["examples"])
        except ValueError:
            problems.add("examples", "Enter the examples as a JSON list")
        else:
            try:
                made = verbs.propose(
                    platform(), actor(request), given["policies"], examples, given["note"]
                )
            except BadInput as error:
                problems.add_error(error, "policies", ("examples", "note"))
            else:
                tell(request, f"{made.id} is proposed. A second person has to review it.")
                return redirect("guardrail", made.id)
    else:
        now = verbs.in_force(platform(), actor(request))
        said = [
            {"name": e.name, "facts": dict(e.facts), "forbidden_by": e.forbidden_by}
            for e in now.examples
        ]
        given = {"policies": now.policies, "examples": json.dumps(said, indent=1), "note": ""}
    return page(
        request,
        "governance/propose.html",
        WRONG if problems else 200,
        section="guardrails",
        problems=problems,
        given=given,
    )


@require_http_methods(["GET", "POST"])
def version(request: HttpRequest, version: str) -> HttpResponse:
    """Show a version with its impact, and make the step that was chosen."""
    problems = Problems()
    if request.method == "POST":
        try:
            told = _step(request, version)
        except (BadInput, Refused) as error:
            problems.add_error(error, "step")
        else:
            tell(request, told)
            return redirect("guardrail", version)
    shown = verbs.show(platform(), actor(request), version)
    state = shown.version.state
    open_ = state in {VersionState.DRAFT, VersionState.REVIEWED}
    return page(
        request,
        "governance/version.html",
        WRONG if problems else 200,
        section="guardrails",
        shown=shown,
        open=open_,
        state=state.value,
        impact=verbs.impact(platform(), actor(request), version) if open_ else None,
        problems=problems,
    )


def _step(request: HttpRequest, version: str) -> str:
    """Make the step that a button stands for; return what to say about it."""
    step = request.POST.get("step", "")
    if step == "review":
        verbs.review(platform(), actor(request), version)
        return "You reviewed it. It can be published."
    if step == "publish":
        accepted = request.POST.get("accept_broken") == "yes"
        verbs.publish(platform(), actor(request), version, accept_broken=accepted)
        return "It is in force, in every process."
    if step == "withdraw":
        verbs.withdraw(platform(), actor(request), version)
        return "The proposal is withdrawn."
    raise BadInput("guardrail.no_step", "Select what to do.")
