"""Who may do what: one table for every verb, and the one function that reads it.

A verb that has no line here may be done by nobody. A role at the hub counts everywhere; a role in a
domain counts in that domain. Parties to an agreement are decided by `rules.agreements`, not here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from fairway.nouns.people import Appointment, Role, Team


class Reach(StrEnum):
    """How far a permission reaches."""

    PUBLIC = "anyone, signed in or not"
    SIGNED_IN = "anyone signed in"
    OWN = "anyone signed in, for what is their own"
    DOMAIN = "by a role in the domain concerned, or at the hub"
    ANYWHERE = "by a role held anywhere"
    PEER = "a node that is registered here as a peer"


@dataclass(frozen=True, slots=True)
class Permission:
    """What a verb asks of the actor. `roles` is empty where being signed in is enough.

    `proof` marks what gives access, trust or a way in, or takes much out at once: whoever is at the
    keyboard, or has found a token, must have proved who they are a short while ago.
    """

    reach: Reach
    roles: frozenset[Role] = frozenset()
    proof: bool = False

    def __str__(self) -> str:
        """Return the permission as a phrase for the reference and for refusals."""
        asked = self.reach.value
        if self.roles:
            asked = f"{' or '.join(sorted(self.roles))} ({asked})"
        return f"{asked}, who has just proved who they are" if self.proof else asked


def _roles(reach: Reach, *roles: Role) -> Permission:
    return Permission(reach, frozenset(roles))


_SIGNED_IN = Permission(Reach.SIGNED_IN)
_OWN = Permission(Reach.OWN)
_PEER = Permission(Reach.PEER)
_WATCHERS = (Role.AUDITOR, Role.GOVERNANCE_MANAGER)
_GUARDIANS = (*_WATCHERS, Role.DATA_PROTECTION_OFFICER)

_PROVED = {
    *("factor.begin", "factor.complete", "factor.remove", "factor.reset"),
    *("token.create_confirmed", "share.profile", "session.end", "session.end_all"),
    *(
        "person.add",
        "person.give_password",
        "appointment.make",
        "appointment.delegate",
        "provisioning.set_group_role",
    ),
    *("guardrail.review", "guardrail.publish", "guardrail.withdraw", "stop.lift"),
    *("review.confirm", "access.matrix"),
    *("audit.erase", "audit.renew_mirror", "witness.add", "witness.remove"),
    *("peer.add", "peer.rekey", "peer.renew_key"),
}
"""Verbs that ask for a recent proof; of the moves of an agreement, `rules.agreements.PROVED`."""

_TABLE: Mapping[str, Permission] = MappingProxyType(
    {
        "person.sign_in": Permission(Reach.PUBLIC),
        "person.sign_in_by_provider": Permission(Reach.PUBLIC),
        "person.confirm": _OWN,
        "person.confirm_by_provider": _OWN,
        "person.sign_out": _OWN,
        "factor.enrolled": _OWN,
        "factor.begin": _OWN,
        "factor.complete": _OWN,
        "factor.remove": _OWN,
        "factor.reset": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR),
        "session.list": _OWN,
        "session.end": _OWN,
        "session.end_all": _OWN,
        "person.me": _OWN,
        "person.list": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, *_WATCHERS),
        "person.add": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR),
        "person.give_password": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR),
        "person.deactivate": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR),
        "person.change_password": _OWN,
        "domain.add": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "domain.list": _SIGNED_IN,
        "appointment.make": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "appointment.end": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "appointment.delegate": _roles(Reach.DOMAIN, Role.DATA_OWNER),
        "appointment.delegations": _roles(Reach.ANYWHERE, Role.DATA_OWNER),
        "appointment.end_delegation": _roles(Reach.DOMAIN, Role.DATA_OWNER),
        "appointment.impact": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, *_WATCHERS),
        "person.leaving": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "task.list": _roles(
            Reach.ANYWHERE,
            Role.ADMINISTRATOR,
            Role.DATA_OWNER,
            Role.DEPUTY,
            Role.GOVERNANCE_MANAGER,
        ),
        "stop.make": _roles(Reach.ANYWHERE, Role.GOVERNANCE_MANAGER),
        "stop.lift": _roles(Reach.ANYWHERE, Role.GOVERNANCE_MANAGER),
        "stop.list": _roles(Reach.ANYWHERE, *_WATCHERS, Role.ADMINISTRATOR),
        "guardrail.list": _SIGNED_IN,
        "guardrail.show": _roles(Reach.ANYWHERE, *_GUARDIANS),
        "guardrail.versions": _roles(Reach.ANYWHERE, *_GUARDIANS),
        "guardrail.propose": _roles(Reach.ANYWHERE, Role.GOVERNANCE_MANAGER),
        "guardrail.review": _roles(
            Reach.ANYWHERE, Role.GOVERNANCE_MANAGER, Role.DATA_PROTECTION_OFFICER
        ),
        "guardrail.impact": _roles(Reach.ANYWHERE, *_GUARDIANS),
        "guardrail.publish": _roles(Reach.ANYWHERE, Role.GOVERNANCE_MANAGER),
        "guardrail.withdraw": _roles(Reach.ANYWHERE, Role.GOVERNANCE_MANAGER),
        "review.show": _roles(Reach.DOMAIN, Role.DATA_OWNER, Role.DEPUTY, *_WATCHERS),
        "review.confirm": _roles(Reach.DOMAIN, Role.DATA_OWNER, Role.DEPUTY),
        "access.matrix": _roles(Reach.ANYWHERE, *_WATCHERS),
        **dict.fromkeys(
            (
                "provisioning.read",
                "provisioning.read_person",
                "provisioning.read_groups",
                "provisioning.read_group",
                "provisioning.add_person",
                "provisioning.change_person",
                "provisioning.remove_person",
                "provisioning.put_group",
                "provisioning.remove_group",
            ),
            _roles(Reach.ANYWHERE, Role.PROVISIONER),
        ),
        "provisioning.group_roles": _roles(
            Reach.ANYWHERE, Role.ADMINISTRATOR, Role.AUDITOR, Role.GOVERNANCE_MANAGER
        ),
        "provisioning.set_group_role": _roles(Reach.ANYWHERE, Role.GOVERNANCE_MANAGER),
        "token.create": Permission(Reach.PUBLIC),
        "token.create_confirmed": _OWN,
        "token.list": _OWN,
        "token.revoke": _OWN,
        "purpose.list": _SIGNED_IN,
        "product.publish": _roles(Reach.DOMAIN, Role.DATA_OWNER, Role.DATA_STEWARD),
        "product.withdraw": _roles(Reach.DOMAIN, Role.DATA_OWNER, Role.GOVERNANCE_MANAGER),
        "product.find": _SIGNED_IN,
        "product.show": _SIGNED_IN,
        "catalogue.search": _SIGNED_IN,
        "catalogue.suggest": _SIGNED_IN,
        "glossary.list": _SIGNED_IN,
        "glossary.put": _roles(Reach.ANYWHERE, Role.GOVERNANCE_MANAGER),
        "glossary.remove": _roles(Reach.ANYWHERE, Role.GOVERNANCE_MANAGER),
        "product.contract": _SIGNED_IN,
        "product.usage": _roles(
            Reach.DOMAIN, Role.DATA_OWNER, Role.DATA_STEWARD, Role.AUDITOR, Role.GOVERNANCE_MANAGER
        ),
        "catalogue.reindex": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR),
        "catalogue.harvest": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "catalogue.feed": _SIGNED_IN,
        "follow.begin": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "follow.list": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, *_WATCHERS),
        "follow.end": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "follow.turn": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "feedback.give": _SIGNED_IN,
        "feedback.list": _SIGNED_IN,
        "feedback.inbox": _SIGNED_IN,
        "feedback.answer": _roles(
            Reach.DOMAIN, Role.DATA_OWNER, Role.DATA_STEWARD, Role.GOVERNANCE_MANAGER
        ),
        "feedback.close": _SIGNED_IN,
        "catalogue.owned": _roles(Reach.ANYWHERE, Role.DATA_OWNER, Role.DATA_STEWARD),
        "catalogue.hub": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, *_WATCHERS),
        "catalogue.list": _SIGNED_IN,
        "catalogue.show": _SIGNED_IN,
        "catalogue.coverage": _roles(
            Reach.ANYWHERE,
            Role.ADMINISTRATOR,
            Role.AUDITOR,
            Role.DATA_OWNER,
            Role.DATA_STEWARD,
            Role.GOVERNANCE_MANAGER,
        ),
        "agreement.draft": _roles(Reach.ANYWHERE, Role.ANALYST),
        "agreement.submit": _roles(Reach.ANYWHERE, Role.ANALYST),
        "agreement.move": _SIGNED_IN,
        "agreement.show": _SIGNED_IN,
        "agreement.list": _SIGNED_IN,
        "agreement.inbox": _roles(
            Reach.ANYWHERE, Role.DATA_OWNER, Role.DEPUTY, Role.DATA_PROTECTION_OFFICER
        ),
        "share.profile": _OWN,
        "share.revoke": _SIGNED_IN,
        "share.recipients": _SIGNED_IN,
        "share.exchange": Permission(Reach.PUBLIC),
        "share.look": _OWN,
        "share.table": _OWN,
        "share.query": _OWN,
        "share.changes": _OWN,
        "share.file": _OWN,
        "query.run": _SIGNED_IN,
        "query.plan": _SIGNED_IN,
        "file.offer": _SIGNED_IN,
        "file.read": _OWN,
        "query.show": _OWN,
        "query.running": _OWN,
        "query.cancel": _OWN,
        "peer.add": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "peer.rekey": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "peer.renew_key": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR),
        "peer.block": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "peer.check": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "peer.follow": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "peer.list": _SIGNED_IN,
        "peer.greet": _PEER,
        "peer.catalogue": _PEER,
        "peer.hear": _PEER,
        "peer.hear_key": _PEER,
        "peer.use": _PEER,
        "peer.witness": _PEER,
        "peer.prove": _PEER,
        "access.explain_own": _OWN,
        "access.seen_own": _OWN,
        "access.explain": _roles(Reach.DOMAIN, Role.DATA_OWNER, *_WATCHERS),
        "access.who_can_see": _roles(Reach.DOMAIN, Role.DATA_OWNER, *_WATCHERS),
        "access.seen_by": _roles(Reach.ANYWHERE, Role.DATA_OWNER, *_WATCHERS),
        "audit.read": _roles(Reach.ANYWHERE, *_WATCHERS),
        "audit.verify": _roles(Reach.ANYWHERE, *_WATCHERS, Role.ADMINISTRATOR),
        "audit.log": Permission(Reach.PUBLIC),
        "audit.prove": _SIGNED_IN,
        "audit.bodies": _roles(Reach.ANYWHERE, *_WATCHERS),
        "audit.state": _roles(Reach.ANYWHERE, *_WATCHERS, Role.ADMINISTRATOR),
        "audit.erase": _roles(Reach.ANYWHERE, Role.DATA_PROTECTION_OFFICER),
        "audit.subject": _roles(Reach.ANYWHERE, Role.DATA_PROTECTION_OFFICER),
        "audit.feed": _roles(
            Reach.DOMAIN, Role.DATA_OWNER, Role.DATA_STEWARD, Role.AUDITOR, Role.GOVERNANCE_MANAGER
        ),
        "audit.archive": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR),
        "audit.renew_mirror": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR),
        "witness.add": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "witness.remove": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "witness.watch": _roles(Reach.ANYWHERE, Role.ADMINISTRATOR, Role.GOVERNANCE_MANAGER),
        "witness.ask": _roles(Reach.ANYWHERE, *_WATCHERS, Role.ADMINISTRATOR),
        "witness.cosign": Permission(Reach.PUBLIC),
    }
)
PERMISSIONS: Mapping[str, Permission] = MappingProxyType(
    {name: replace(asked, proof=name in _PROVED) for name, asked in _TABLE.items()}
)


def roles_of(
    appointments: Iterable[Appointment], today: date, domain: str | None = None
) -> frozenset[Role]:
    """Return the roles that appointments give today.

    With a domain: those held in it or at the hub. Without: those held anywhere.
    """
    return frozenset(
        a.role
        for a in appointments
        if a.current(today) and (domain is None or a.domain is None or a.domain == domain)
    )


def teams_of(appointments: Iterable[Appointment], today: date) -> frozenset[Team]:
    """Return the teams that appointments make a person part of today."""
    return frozenset(
        Team(a.role, a.domain) for a in appointments if a.domain is not None and a.current(today)
    )


def allows(
    verb: str, appointments: Iterable[Appointment], today: date, *, domain: str | None
) -> bool:
    """Say whether a signed-in person with these appointments may do a verb.

    `domain` is the domain concerned, None where the verb concerns none. A verb that reaches by
    domain and is asked without one is not allowed; an unknown verb is never allowed.
    """
    permission = PERMISSIONS.get(verb)
    if permission is None:
        return False
    if permission.reach is Reach.PEER:
        return False  # never a person: `verbs.acting` lets peers in, and nobody else
    if not permission.roles:
        return True
    if permission.reach is Reach.DOMAIN:
        return domain is not None and bool(permission.roles & roles_of(appointments, today, domain))
    return bool(permission.roles & roles_of(appointments, today))


def offered(verb: str, roles: Collection[Role]) -> bool:
    """Say whether a page offers a verb to somebody signed in with these roles, wherever held.

    The verb itself decides, by domain too: this only spares people what they are sure to be denied.
    Raises `KeyError` for a verb that is none.
    """
    permission = PERMISSIONS[verb]
    return not permission.roles or not permission.roles.isdisjoint(roles)
