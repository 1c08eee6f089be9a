"""Links to the files of a share: made with an answer, decided anew each time they are followed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from fairway.nouns.agreements import Agreement
from fairway.nouns.errors import FairwayError, NotFound, Refused
from fairway.nouns.people import Actor, Via
from fairway.nouns.shares import Extract, ExtractFile, Recipient
from fairway.rules.seals import holds, signature
from fairway.verbs.acting import event, verb
from fairway.verbs.extracts import Part, kept
from fairway.verbs.ports import Platform
from fairway.verbs.recipients import admit_recipient
from fairway.verbs.shares import Shared, opened_share, record

_LINK, _FILE = "link", "file"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A link as it comes back: texts that anybody may have written."""

    recipient: str
    policy: str
    version: str
    part: str
    number: str
    until: str
    signature: str

    def parts(self) -> list[str]:
        """Return everything that the signature is over."""
        return [
            self.recipient,
            self.policy,
            self.version,
            self.part,
            self.number,
            self.until,
        ]


@dataclass(frozen=True, slots=True)
class Link:
    """A file of a share, and the ticket that opens it for a while.

    `id` is the same for the same file of the same agreement, terms and version.
    """

    file: ExtractFile
    id: str
    until: datetime
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that may be read, and its bytes when they were asked for."""

    file: ExtractFile
    body: BinaryIO | None


def links(
    platform: Platform, shared: Shared, number: int, extract: Extract, part: Part = Part.ALL
) -> tuple[Link, ...]:
    """Return the files of a version with links that work for a while.

    A file's id is bound to agreement, terms, version and file, and can be worked out by nobody.
    """
    lives = timedelta(seconds=int(platform.settings["url_seconds"]))
    until = min(platform.clock.now() + lives, shared.recipient.expires).replace(microsecond=0)
    key, policy = platform.keys.seal_key(), shared.policy
    made = []
    for file in extract.files:
        ticket = Ticket(
            recipient=shared.recipient.id,
            policy=policy,
            version=str(number),
            part=part.value,
            number=str(file.number),
            until=str(int(until.timestamp())),
            signature="",
        )
        of = [shared.name, policy, ticket.version, ticket.part, ticket.number]
        signed = replace(ticket, signature=signature(key, _LINK, ticket.parts()))
        made.append(Link(file, signature(key, _FILE, of), until, signed))
    return tuple(made)


@verb("share.file")
def read_file(platform: Platform, ticket: Ticket, asked: Mapping[str, Any] | None) -> FileRead:
    """Follow a link: the file, on the record before its first byte leaves.

    `asked` says which bytes, for the record; None asks about the file and for none of its bytes.
    Raises `Refused` for a link that is not ours, has expired, or whose agreement, terms or
    credentials do not hold any more; `NotFound` for a file that is not kept.
    """
    recipient = _recipient_of(platform, ticket)
    shared = opened_share(platform, recipient, "share.file")
    if ticket.policy != shared.policy:
        raise _refused(platform, recipient, shared.agreement)
    number, part = int(ticket.version), Part(ticket.part)
    extract = kept(platform, shared, number, part)
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
        version=number,
        part=part.value,
        file=file.number,
        **asked,
    )
    return FileRead(file, platform.extracts.open(shared.name, extract.key, file.number))


def still_open(platform: Platform, ticket: Ticket) -> bool:
    """Say whether a file that is under way may go on: asked again while its bytes leave.

    Not a verb: `read_file` has decided; this only notices when that no longer holds. A link that
    expires meanwhile has done its work.
    """
    recipient = platform.store.shares.get(ticket.recipient)
    if recipient is None or not recipient.usable(platform.clock.now()):
        return False
    try:
        opened_share(platform, recipient, "share.file")
    except FairwayError:
        return False
    return True


def broke_off(platform: Platform, ticket: Ticket, sent: int, wanted: int) -> None:
    """Put on the record that a file did not go out whole, and how much of it did, at the most.

    Not a verb: `read_file` has decided and recorded the read; this says how it ended.
    """
    recipient = platform.store.shares.get(ticket.recipient)
    found = platform.store.agreements.get(recipient.agreement) if recipient else None
    if recipient is not None and found is not None:
        record(
            platform,
            found,
            recipient,
            "share.stopped",
            "failed",
            reason=f"The file broke off after at most {sent:,} of {wanted:,} bytes.",
            version=int(ticket.version),
            part=ticket.part,
            file=int(ticket.number),
        )


def _recipient_of(platform: Platform, ticket: Ticket) -> Recipient:
    """Return the recipient that a link was made for, if the link is ours and still works."""
    if not holds(platform.keys.seal_key(), _LINK, ticket.parts(), ticket.signature):
        raise _refused(platform)
    now = platform.clock.now()
    recipient = platform.store.shares.get(ticket.recipient)
    if recipient is None or not recipient.usable(now) or int(ticket.until) <= now.timestamp():
        raise _refused(platform, recipient)
    admit_recipient(platform, recipient)
    return recipient


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
