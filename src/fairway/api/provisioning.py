"""Which role in which domain a group of the directory gives. People and groups come by SCIM."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from fairway.api.signing_in import actor
from fairway.nouns.people import Role
from fairway.verbs import provisioning
from fairway.wiring import current

router = Router(tags=["People"])


class GroupRole(Schema):
    """That members of a group hold a role in a domain. The group is known by its name."""

    group: str = Field(min_length=1, max_length=200)
    role: Role
    domain: str


@router.get("/group-roles", response=list[GroupRole], summary="List what groups give")
def list_all(request: HttpRequest) -> list[dict[str, Any]]:
    """For administrators, auditors and governance managers."""
    found = provisioning.group_roles(current(), actor(request))
    return [{"group": m.group, "role": m.role, "domain": m.domain} for m in found]


@router.post("/group-roles", response={201: GroupRole}, summary="Have a group give a role")
def give(request: HttpRequest, given: GroupRole) -> GroupRole:
    """Its members hold the role at once, and whoever joins it later."""
    provisioning.set_group_role(
        current(), actor(request), given.group, given.role, given.domain, given=True
    )
    return given


@router.post("/group-roles/end", response={204: None}, summary="Have a group give it no longer")
def end(request: HttpRequest, given: GroupRole) -> None:
    """Its members lose the role at once, unless they hold it by appointment too."""
    provisioning.set_group_role(
        current(), actor(request), given.group, given.role, given.domain, given=False
    )
