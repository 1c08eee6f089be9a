"""What becomes of people and groups that the department's directory sends."""

import re
from collections.abc import Collection

from fairway.nouns.errors import BadInput
from fairway.nouns.people import Domain, Role

GIVEN_BY_GROUPS = frozenset({Role.ANALYST, Role.DATA_STEWARD})
"""Roles that membership of a group may give. The others are formal appointments: a person is named,
by somebody, with evidence, and a change in a directory must not make one."""

_OTHER = re.compile(r"[^a-z0-9_.-]+")
LONGEST = 50


def account_id(user_name: str, taken: Collection[str]) -> str:
    """Return the account for a user name of the directory: its part before the @, and a number
    where another account has that name already. An account that is there is never taken over.
    """
    local = _OTHER.sub("-", user_name.partition("@")[0].casefold()).strip("-._")[:LONGEST]
    stem = local if local[:1].isalpha() and local.isascii() else f"p-{local}".rstrip("-")
    if stem not in taken:
        return stem
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def domain_of(words: Collection[str], domains: Collection[Domain], otherwise: str) -> str:
    """Return the domain that one of these words names, by id or by name, else the one set.

    Raises `BadInput` where none is.
    """
    by_word = {domain.name.casefold(): domain.id for domain in domains}
    by_word |= {domain.id: domain.id for domain in domains}
    for word in words:
        if found := by_word.get(word.casefold()):
            return found
    if otherwise in {domain.id for domain in domains}:
        return otherwise
    raise BadInput(
        "provisioning.no_domain",
        "The person belongs to no domain that is here.",
        remedy="Send a department or organization that names one, or set provisioning.domain.",
        field="department",
    )


def check_group_role(role: Role) -> None:
    """Raise `BadInput` unless a group may give the role."""
    if role not in GIVEN_BY_GROUPS:
        known = " or ".join(sorted(GIVEN_BY_GROUPS))
        raise BadInput(
            "provisioning.formal_role",
            f"No group gives the role {role}: it is held by formal appointment.",
            remedy=f"A group can give: {known}.",
            field="role",
        )


def evidence_of(group: str) -> str:
    """Return what an appointment by a group has as its evidence, whatever the name's case."""
    return f"Member of the directory's group {group.casefold()}"
