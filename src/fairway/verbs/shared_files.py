"""Links to the files of a share: made with an answer, decided anew each time they are followed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from fairway.nouns.agreements import Agreement, State
from fairway.nouns.errors import NotFound, Refused
from fairway.nouns.people import Actor, Via
from fairway.nouns.shares import Extract, ExtractFile, Recipient, ShareVersion
from fairway.rules.agreements import effective_state
from fairway.rules.seals import holds, signature
from fairway.verbs.acting import event, looking, verb
from fairway.verbs.extracts import kept, policy_of
from fairway.verbs.ports import Platform
from fairway.verbs.shares import Shared, opened_share, record

_LINK, _FILE = "link", "file"


@dataclass(frozen=True, slots=True)
class Link:
    """A file of a share, and what opens it for a while. `id` is the same for the same file."""

    file: ExtractFile
    id: str
    recipient: str
    version: int
    until: datetime
    signature: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A link as it comes back: texts that anybody may have written."""

    recipient: str
    version: str
    number: str
    until: str
    signature: str


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that may be read, and its bytes when they were asked for."""

    file: ExtractFile
    body: BinaryIO | None


def links(
    platform: Platform, shared: Shared, version: ShareVersion, extract: Extract
) -> tuple[Link, ...]:
    """Return the files of a version with links that work for a while.

    A file's id is bound to agreement, terms, version and file, and can be worked out by nobody.
    """
    lives = timedelta(seconds=int(platform.settings["url_seconds"]))
    until = min(platform.clock.now() + lives, shared.recipient.expires).replace(microsecond=0)
    key = platform.keys.seal_key()
    recipient, number = shared.recipient.id, str(version.number)
    return tuple(
        Link(
            file,
            signature(key, _FILE, [shared.name, version.policy, number, str(file.number)]),
            recipient,
            version.number,
            until,
            signature(
                key, _LINK, [recipient, number, str(file.number), str(int(until.timestamp()))]
            ),
        )
        for file in extract.files
    )


@verb("share.file")
def read_file(platform: Platform, ticket: Ticket, asked: Mapping[str, Any] | None) -> FileRead:
    """Follow a link: the file, on the record before its first byte leaves.

    `asked` says which bytes, for the record; None asks about the file and for none of its bytes.
    Raises `Refused` for a link that is not ours, has expired, or whose agreement, terms or
    credentials do not hold any more; `NotFound` for a file that is not kept.
    """
    recipient = _recipient_of(platform, ticket)
    shared = opened_share(platform, recipient, "share.file")
    with looking(platform, shared.actor, "share.file"):
        version = _version_of(platform, shared, int(ticket.version))
        extract = kept(platform, shared, version)
        if extract is None:
            raise NotFound(
                "share.no_such_file", "There is no such file.", remedy="Query the table again."
            )
        file = extract.files[int(ticket.number)]  # the link is ours: it names a file that is there
        if asked is None:
            return FileRead(file, None)
        record(
            platform,
            shared.agreement,
            recipient,
            "share.file",
            "granted",
            rows=file.rows,
            columns=[c.name for c in shared.columns],
            version=version.number,
            file=file.number,
            **asked,
        )
        return FileRead(file, platform.extracts.open(shared.name, extract.key, file.number))


def still_open(platform: Platform, ticket: Ticket) -> bool:
    """Say whether a file that is under way may go on: asked again while its bytes leave.

    Not a verb: `read_file` has decided; this only notices when that no longer holds.
    """
    now = platform.clock.now()
    recipient = platform.store.shares.get(ticket.recipient)
    agreement = platform.store.agreements.get(recipient.agreement) if recipient else None
    return (
        recipient is not None
        and agreement is not None
        and recipient.usable(now)
        and effective_state(agreement, now.date()) is State.ACTIVE
    )


def _recipient_of(platform: Platform, ticket: Ticket) -> Recipient:
    """Return the recipient that a link was made for, if the link is ours and still works."""
    parts = [ticket.recipient, ticket.version, ticket.number, ticket.until]
    if not holds(platform.keys.seal_key(), _LINK, parts, ticket.signature):
        raise _refused(platform)
    now = platform.clock.now()
    recipient = platform.store.shares.get(ticket.recipient)
    if recipient is None or not recipient.usable(now) or int(ticket.until) <= now.timestamp():
        raise _refused(platform, recipient)
    return recipient


def _version_of(platform: Platform, shared: Shared, number: int) -> ShareVersion:
    """Return a version if it was made under the terms that hold now."""
    for version in platform.store.shares.versions(shared.name):
        if version.number == number and version.policy == policy_of(shared):
            return version
    raise _refused(platform, shared.recipient, shared.agreement)


def _refused(
    platform: Platform, recipient: Recipient | None = None, agreement: Agreement | None = None
) -> Refused:
    reason = "The link is not valid, or not any more."
    platform.ledger.append(
        event(
            platform,
            Actor(agreement.asker if agreement else "", Via.SHARING),
            "share.refused",
            "denied",
            subject=recipient.agreement if recipient else "",
            agreements=(recipient.agreement,) if recipient else (),
            reason=reason,
        )
    )
    return Refused("share.bad_link", reason, remedy="Query the table again.")
