"""Which right each verb belongs to, for tokens that carry fewer rights than their person.

A right gives nothing that the person may not do: `rules.permissions` is asked as before, and this
besides. A verb that belongs to none may be done by nobody with an account. What anyone may do
without signing in, and what peers do, belongs to none: no token is asked for there.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from fairway.nouns.errors import BadInput, Refused
from fairway.nouns.rights import WHOLE, Right

MEANINGS: Mapping[Right, str] = MappingProxyType(
    {
        Right.READ: "find and read what the catalogue, agreements and inboxes show",
        Right.QUERY: "use data: query, plan, cancel, download",
        Right.AGREE: "ask for data, decide on requests, recertify, answer feedback; and read",
        Right.PUBLISH: "publish products, harvest and follow, keep the glossary; and read",
        Right.WATCH: "read the record, who can see what, and the accounts",
        Right.GOVERN: "change accounts, roles, guardrails, stops, peers, witnesses; and read",
        Right.PROVISION: "open, change and close accounts as the directory does (SCIM)",
        Right.ACCOUNT: "keep one's own account: password, factor, sessions, tokens, profiles",
    }
)
"""What each right is for, as people choose it."""

_VERBS: Mapping[Right, tuple[str, ...]] = {
    Right.READ: (
        *("person.me", "domain.list", "purpose.list", "glossary.list", "task.list", "peer.list"),
        *("product.find", "product.show", "product.contract", "product.usage"),
        *("catalogue.search", "catalogue.suggest", "catalogue.feed", "catalogue.owned"),
        *("catalogue.hub", "catalogue.list", "catalogue.show", "catalogue.coverage"),
        *("feedback.list", "feedback.inbox", "follow.list", "guardrail.list"),
        *("agreement.show", "agreement.list", "agreement.inbox", "review.show"),
        *("share.recipients", "appointment.delegations"),
        *("access.explain_own", "access.seen_own"),
    ),
    Right.QUERY: (
        *("query.run", "query.plan", "query.show", "query.running", "query.cancel"),
        *("file.offer", "file.read"),
        *("share.look", "share.table", "share.query", "share.changes", "share.file"),
    ),
    Right.AGREE: (
        *("agreement.draft", "agreement.submit", "agreement.move", "review.confirm"),
        *("share.revoke", "feedback.give", "feedback.answer", "feedback.close"),
    ),
    Right.PUBLISH: (
        *("product.publish", "product.withdraw", "glossary.put", "glossary.remove"),
        *("catalogue.reindex", "catalogue.harvest"),
        *("follow.begin", "follow.end", "follow.turn"),
    ),
    Right.WATCH: (
        *("audit.read", "audit.verify", "audit.prove", "audit.bodies", "audit.state"),
        *("audit.subject", "audit.feed", "witness.ask", "stop.list", "person.list"),
        *("access.explain", "access.who_can_see", "access.seen_by", "access.matrix"),
        *("guardrail.show", "guardrail.versions", "guardrail.impact"),
        *("appointment.impact", "provisioning.group_roles"),
    ),
    Right.GOVERN: (
        *("person.add", "person.give_password", "person.deactivate", "person.leaving"),
        *("domain.add", "factor.reset", "provisioning.set_group_role"),
        *("appointment.make", "appointment.end"),
        *("appointment.delegate", "appointment.end_delegation"),
        *("stop.make", "stop.lift"),
        *("guardrail.propose", "guardrail.review", "guardrail.publish", "guardrail.withdraw"),
        *("peer.add", "peer.rekey", "peer.renew_key", "peer.block", "peer.check", "peer.follow"),
        *("audit.erase", "audit.archive", "audit.renew_mirror"),
        *("witness.add", "witness.remove", "witness.watch"),
    ),
    Right.PROVISION: (
        *("provisioning.read", "provisioning.read_person"),
        *("provisioning.read_groups", "provisioning.read_group"),
        *("provisioning.add_person", "provisioning.change_person", "provisioning.remove_person"),
        *("provisioning.put_group", "provisioning.remove_group"),
    ),
    Right.ACCOUNT: (
        *("person.confirm", "person.confirm_by_provider", "person.sign_out"),
        *("person.change_password", "share.profile"),
        *("factor.enrolled", "factor.begin", "factor.complete", "factor.remove"),
        *("session.list", "session.end", "session.end_all"),
        *("token.create_confirmed", "token.list", "token.revoke"),
    ),
}

RIGHTS: Mapping[str, Right] = MappingProxyType(
    {verb: right for right, verbs in _VERBS.items() for verb in verbs}
)
"""The right of each verb."""

MADE_WITH: Mapping[str, Right] = MappingProxyType({"share.profile": Right.QUERY})
"""What a way in that a verb makes lets be done: whoever makes it must have that right too."""


_READ_TOO = frozenset({Right.AGREE, Right.PUBLISH, Right.GOVERN})
"""Rights that bring `read` with them: what is changed is shown as it stands then."""


def lacking(verb: str, rights: Collection[Right]) -> str:
    """Return the name of the right that a verb asks for and rights lack; empty if they suffice."""
    if verb not in RIGHTS:
        return "that nobody has"
    needed = (RIGHTS[verb], *([MADE_WITH[verb]] if verb in MADE_WITH else []))
    return next((right.value for right in needed if right not in rights), "")


def chosen(names: Iterable[str] | None, own: frozenset[Right] = WHOLE) -> frozenset[Right]:
    """Return the rights of a new token: those named and what they bring, or all of its maker's.

    Raises `BadInput` for an empty list and an unknown name, `Refused` for more than the maker has.
    """
    if names is None:
        return own
    given = frozenset(names)
    unknown = sorted(given - set(Right))
    if unknown or not given:
        what = f"There is no right {unknown[0][:40]}" if unknown else "A token has a right at least"
        raise BadInput(
            "token.unknown_right",
            f"{what}.",
            remedy=f"Name some of: {', '.join(Right)}; or none, for all that you may.",
            field="only",
        )
    rights = frozenset(map(Right, given))
    rights |= {Right.READ} if rights & _READ_TOO else frozenset()
    if not rights <= own:
        raise Refused(
            "token.more_than_own",
            f"This token may only {listed(own)}, and makes none that may do more.",
            remedy="Make it with your password: fairway token.",
        )
    return rights


def listed(rights: Collection[Right]) -> str:
    """Return rights as people read them, in the order in which they are offered."""
    return ", ".join(right.value for right in Right if right in rights) or "do nothing"
