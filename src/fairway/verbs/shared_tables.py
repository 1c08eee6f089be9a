"""The one table of a share: which version it has, what it looks like, and its files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fairway.nouns.errors import BadInput
from fairway.nouns.shares import Extract, ShareVersion
from fairway.nouns.versions import AsOf, Moment, Version
from fairway.rules.hints import ruled_out
from fairway.rules.seals import Fields, opened, sealed
from fairway.verbs.acting import verb
from fairway.verbs.extracts import (
    Part,
    changed,
    history,
    keeps_history,
    version_of,
)
from fairway.verbs.ports import Platform
from fairway.verbs.shared_files import Link, links
from fairway.verbs.shares import Shared, TableName, record, table

REFRESH_SECONDS = 24 * 3600
"""How long a token works that asks for new links to the same version."""

MOST_VERSIONS = 1000
"""Versions whose changes are read at once, at the most."""

_REFRESH, _PAGE = "refresh", "page"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tool asks to read: a version or the newest, how many files at once, and from where.

    `limit` is a hint of how many rows are wanted; files beyond it are left out. `predicate` is one
    of which rows are (`rules.hints`). `filtered` says that the reader filters rows itself, so that
    a limit is of what it has left. `refresh` and `page` are tokens of an earlier answer.
    """

    version: int | None = None
    timestamp: datetime | None = None
    limit: int | None = None
    predicate: str = ""
    filtered: bool = False
    max_files: int | None = None
    page: str = ""
    refresh: str = ""
    wants_refresh: bool = False


@dataclass(frozen=True, slots=True)
class TableRead:
    """A version of a shared table and what shows it. `page` and `refresh` are empty for none."""

    shared: Shared
    version: ShareVersion
    extract: Extract
    links: tuple[Link, ...] = ()
    page: str = ""
    refresh: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """From which version to which, by number or by time; both ends included."""

    start: int | None = None
    since: datetime | None = None
    end: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The rows that came or went with a version, as files."""

    number: int
    at: datetime
    part: Part
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ChangesRead:
    """The changes of a span. `table` is the table at the span's first version."""

    table: TableRead
    changes: tuple[Change, ...]


@verb("share.table")
def show_table(
    platform: Platform,
    token: str,
    name: TableName,
    since: datetime | None = None,
    as_of: AsOf | None = None,
) -> TableRead:
    """Return the newest version of a table, that which stood at a moment, or the earliest `since`.

    Raises `BadInput` where there is none, and for a version that is not shared.
    """
    shared = table(platform, token, name, "share.table")
    version, extract = version_of(platform, shared, "share.table", as_of)
    if since is not None:
        version = _earliest(platform, shared, version, since)
    return TableRead(shared, version, extract)


def _earliest(
    platform: Platform, shared: Shared, newest: ShareVersion, since: datetime
) -> ShareVersion:
    """Return the earliest version that stood at a moment or later, or raise `BadInput`."""
    if keeps_history(platform, shared):
        told = history(platform, shared)
        found = [replace(newest, number=number, at=at) for number, at in told if at >= since]
    else:
        known = platform.store.shares.versions(shared.name)
        found = [v for v in known if v.at >= since and v.number <= newest.number][::-1]
    if not found:
        raise BadInput(
            "share.no_version_since",
            "The table has no version since then.",
            field="startingTimestamp",
        )
    return found[0]


@verb("share.query")
def query_table(platform: Platform, token: str, name: TableName, asked: Reading) -> TableRead:
    """Return the files of a table with links, on the record before it returns.

    Hints choose among whole files by what is in them, and never among rows. Raises `BadInput` for
    a version that is not shared and for a token that is not of this table.
    """
    shared = table(platform, token, name, "share.query")
    version, extract = version_of(platform, shared, "share.query", _as_of(asked))
    now = platform.clock.now()
    if asked.refresh:
        _token(platform, shared, version, _REFRESH, asked.refresh)
    start = _token(platform, shared, version, _PAGE, asked.page) if asked.page else 0
    wanted = _wanted_files(links(platform, shared, version.number, extract), asked)
    left = [link for link in wanted if link.file.number >= start]
    shown = tuple(left[: asked.max_files])
    after = left[len(shown)].file.number if len(left) > len(shown) else None
    record(
        platform,
        shared.agreement,
        shared.recipient,
        "share.query",
        "granted",
        columns=[c.name for c in shared.columns],
        version=version.number,
        files=[link.file.number for link in shown],
    )

    def made(use: str, fields: Fields) -> str:
        said = {"of": _of(shared, version), **fields}
        return sealed(platform.keys.seal_key(), use, said)

    lives = int(now.timestamp()) + REFRESH_SECONDS
    return TableRead(
        shared,
        version,
        extract,
        shown,
        page=made(_PAGE, {"from": after, "until": lives}) if after is not None else "",
        refresh=made(_REFRESH, {"from": 0, "until": lives}) if asked.wants_refresh else "",
    )


def _as_of(asked: Reading) -> AsOf | None:
    if asked.version is not None:
        return Version(asked.version)
    return None if asked.timestamp is None else Moment(asked.timestamp)


@verb("share.changes")
def read_changes(platform: Platform, token: str, name: TableName, span: Span) -> ChangesRead:
    """Return what came and what went with each version of a span, on the record before it returns.

    Both ends are included. It is worked out from what the recipient sees of each version and the
    one before. Raises `BadInput` for a table without history, and for a span that is none.
    """
    shared = table(platform, token, name, "share.changes")
    wanted = _wanted(history(platform, shared), span)
    newest, extract = version_of(platform, shared, "share.changes")
    found = []
    for number, at in wanted:
        for part in (Part.REMOVED, Part.ADDED):
            if number or part is Part.ADDED:
                made = changed(platform, shared, number, part)
                if made.rows:
                    given = links(platform, shared, number, made, part)
                    found.append(Change(number, at, part, given))
    record(
        platform,
        shared.agreement,
        shared.recipient,
        "share.changes",
        "granted",
        columns=[c.name for c in shared.columns],
        versions=[number for number, _ in wanted],
    )
    first = replace(newest, number=wanted[0][0], at=wanted[0][1])
    return ChangesRead(TableRead(shared, first, extract), tuple(found))


def _wanted(told: Sequence[tuple[int, datetime]], span: Span) -> Sequence[tuple[int, datetime]]:
    """Return the versions of a span. Raises `BadInput` for none, or for too many at once."""
    if (span.start is None) == (span.since is None):
        raise _bad_span("startingVersion", "Give a first version or a first timestamp.")
    if span.end is not None and span.until is not None:
        raise _bad_span("endingVersion", "Give a last version or a last timestamp, not both.")
    held = {number for number, _ in told}
    found = [
        (number, at)
        for number, at in told
        if (span.start is None or number >= span.start)
        and (span.since is None or at >= span.since)
        and (span.end is None or number <= span.end)
        and (span.until is None or at <= span.until)
    ]
    if not found or (span.start is not None and span.start not in held):
        began = "startingVersion" if span.since is None else "startingTimestamp"
        raise _bad_span(began, "The table has no such versions.")
    if len(found) > MOST_VERSIONS:
        raise _bad_span("endingVersion", f"At most {MOST_VERSIONS} versions are read at once.")
    return found


def _bad_span(field: str, message: str) -> BadInput:
    return BadInput("share.bad_span", message, field=field)


def _of(shared: Shared, version: ShareVersion) -> str:
    """Return what a token is bound to: recipient, agreement, terms and version."""
    return f"{shared.recipient.id}/{shared.name}/{shared.policy}/{version.number}"


def _token(platform: Platform, shared: Shared, version: ShareVersion, use: str, text: str) -> int:
    """Return the file to which a token of an earlier answer leads.

    Raises `BadInput` when it is none of ours, not for this, or too old.
    """
    fields = opened(platform.keys.seal_key(), use, text)
    now = platform.clock.now().timestamp()
    if fields is None or fields["of"] != _of(shared, version) or int(fields["until"]) <= now:
        raise BadInput(
            "share.bad_page",
            "This token is not of this table as it is now, or it is too old.",
            remedy="Begin again without it.",
            field="pageToken" if use == _PAGE else "refreshToken",
        )
    return int(fields["from"])


def _wanted_files(found: Sequence[Link], asked: Reading) -> Sequence[Link]:
    """Return the files that can hold what is wanted, by what the files themselves hold.

    A limit chooses only where the reader takes every row: of a filtered file it may take none.
    """
    if asked.predicate:
        return [link for link in found if not ruled_out(asked.predicate, link.file.statistics)]
    return found if asked.filtered else _within(found, asked.limit)


def _within(found: Sequence[Link], limit: int | None) -> tuple[Link, ...]:
    """Return as many files as hold the rows that are wanted; at least one where there is one."""
    if limit is None:
        return tuple(found)
    kept: list[Link] = []
    rows = 0
    for link in found:
        if kept and rows >= limit:
            break
        kept.append(link)
        rows += link.file.rows
    return tuple(kept)
