"""Our partners: the other nodes that this one trusts, and how it goes with each."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from fairway.nouns.errors import BadInput, FairwayError
from fairway.rules.signatures import readable
from fairway.verbs import following, peers
from fairway.web.forms import WRONG, Problems
from fairway.web.pages import actor, only_for, page, platform, tell

_FIELDS = ("id", "name", "address", "key", "domains")


@require_safe
def partners(request: HttpRequest) -> HttpResponse:
    """Show the other nodes, and this node's own key."""
    return _partners(request, Problems())


def _partners(request: HttpRequest, problems: Problems) -> HttpResponse:
    found = peers.list_all(platform(), actor(request))
    return page(
        request,
        "peers/partners.html",
        WRONG if problems else 200,
        section="partners",
        found=found,
        readable=readable,
        problems=problems,
    )


@only_for("peer.add")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register another node by the key that two people have compared."""
    problems = Problems()
    typed = {name: request.POST.get(name, "").strip() for name in _FIELDS}
    if request.method == "POST":
        for name, message in _MISSING.items():
            if not typed[name]:
                problems.add(name, message)
        if not problems:
            try:
                made = peers.add(
                    platform(),
                    actor(request),
                    typed["id"],
                    name=typed["name"],
                    address=typed["address"],
                    key=typed["key"],
                    domains=typed["domains"].replace(",", " ").split(),
                )
            except BadInput as error:
                problems.add_error(error, "id", _FIELDS)
            else:
                tell(request, f"{made.peer.name} is registered")
                return redirect("partners")
    return page(
        request,
        "peers/new.html",
        WRONG if problems else 200,
        section="partners",
        typed=typed,
        problems=problems,
    )


_MISSING = {
    "id": "Enter a short name for the node",
    "address": "Enter the node’s address",
    "key": "Enter the node’s public key",
    "domains": "Enter the domains that the node speaks for",
}


@require_http_methods(["POST"])
def act(request: HttpRequest, peer: str, move: str) -> HttpResponse:
    """Check, follow, block or unblock a node, and say how it went."""
    node, who = platform(), actor(request)
    problems = Problems()
    try:
        if move == "check":
            found = peers.check(node, who, peer)
            tell(request, found.contact.trouble or f"{found.peer.name} is there and knows us")
        elif move == "follow":
            taken = following.follow(node, who, peer)
            new_ones = len(taken.added) + len(taken.changed)
            gone = f", {len(taken.withdrawn)} withdrawn" if taken.withdrawn else ""
            tell(request, f"{new_ones} new or changed, {len(taken.unchanged)} unchanged{gone}")
        elif move in ("block", "unblock"):
            peers.block(node, who, peer, blocked=move == "block")
            tell(request, "The door is closed" if move == "block" else "The door is open")
        else:
            raise Http404
    except FairwayError as error:
        if error.code.startswith("access."):
            raise
        problems.add_error(error, f"peer-{peer}")
        return _partners(request, problems)
    return redirect("partners")
