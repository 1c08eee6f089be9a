"""What the department's directory sends about people and groups (SCIM 2.0, RFC 7643)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fairway.nouns.people import Role


@dataclass(frozen=True, slots=True)
class ProvisionedPerson:
    """A person as the directory knows them, and the account that this is here.

    `attributes` is the SCIM resource as it was sent, without what the other fields say. It never
    holds a password.
    """

    id: str
    person: str
    user_name: str
    external_id: str
    active: bool
    created: datetime
    modified: datetime
    attributes: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class ProvisionedGroup:
    """A group of the directory. `members` are ids of provisioned people, each with the words that
    the directory shows for them."""

    id: str
    name: str
    external_id: str
    members: tuple[tuple[str, str], ...]
    created: datetime
    modified: datetime


@dataclass(frozen=True, slots=True)
class GroupRole:
    """The hub's word that members of a group hold a role in a domain. `group` is its name."""

    group: str
    role: Role
    domain: str
