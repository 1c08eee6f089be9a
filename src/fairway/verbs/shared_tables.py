"""The one table of a share: which version it has, what it looks like, and its files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fairway.nouns.errors import BadInput
from fairway.nouns.shares import Extract, ShareVersion
from fairway.rules.seals import Fields, opened, sealed
from fairway.verbs.acting import looking, verb
from fairway.verbs.extracts import current, policy_of
from fairway.verbs.ports import Platform
from fairway.verbs.shared_files import Link, links
from fairway.verbs.shares import Shared, TableName, record, table

REFRESH_SECONDS = 24 * 3600
"""How long a token works that asks for new links to the same version."""

_REFRESH, _PAGE = "refresh", "page"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tool asks to read: a version or the newest, how many files at once, and from where.

    `limit` is a hint of how many rows are wanted; files beyond it are left out. `refresh` and
    `page` are tokens of an earlier answer.
    """

    version: int | None = None
    timestamp: datetime | None = None
    limit: int | None = None
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


@verb("share.table")
def show_table(
    platform: Platform, token: str, name: TableName, since: datetime | None = None
) -> TableRead:
    """Return the newest version of a table, or the earliest that stood at a moment or later.

    Raises `BadInput` where there is none since then.
    """
    shared = table(platform, token, name, "share.table")
    with looking(platform, shared.actor, "share.table"):
        version, extract = current(platform, shared, "share.table")
        if since is not None:
            known = [v for v in platform.store.shares.versions(shared.name) if v.at >= since]
            if not known:
                raise BadInput(
                    "share.no_version_since",
                    "The table has no version since then.",
                    field="startingTimestamp",
                )
            version = known[-1]
        return TableRead(shared, version, extract)


@verb("share.query")
def query_table(platform: Platform, token: str, name: TableName, asked: Reading) -> TableRead:
    """Return the files of a table with links, on the record before it returns.

    Hints choose among whole files by what is in them, and never among rows. Raises `BadInput` for
    a version that is not shared and for a token that is not of this table.
    """
    shared = table(platform, token, name, "share.query")
    with looking(platform, shared.actor, "share.query"):
        version, extract = current(platform, shared, "share.query")
        _check_version(asked, version)
        now = platform.clock.now()
        if asked.refresh:
            _token(platform, shared, version, _REFRESH, asked.refresh)
        start = _token(platform, shared, version, _PAGE, asked.page) if asked.page else 0
        wanted = _within(links(platform, shared, version, extract), asked.limit)
        shown = wanted[start : start + asked.max_files] if asked.max_files else wanted[start:]
        after = start + len(shown)
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
            page=made(_PAGE, {"from": after, "until": lives}) if after < len(wanted) else "",
            refresh=made(_REFRESH, {"from": 0, "until": lives}) if asked.wants_refresh else "",
        )


def _check_version(asked: Reading, version: ShareVersion) -> None:
    """Only the newest version of a product that keeps no history can be read."""
    number_fits = asked.version is None or asked.version == version.number
    moment_fits = asked.timestamp is None or asked.timestamp >= version.at
    if not (number_fits and moment_fits):
        raise BadInput(
            "share.no_history",
            f"This table is shared in its newest version alone, which is {version.number}.",
            remedy="Leave version and timestamp out.",
            field="version" if not number_fits else "timestamp",
        )


def _of(shared: Shared, version: ShareVersion) -> str:
    """Return what a token is bound to: recipient, agreement, terms and version."""
    return f"{shared.recipient.id}/{shared.name}/{policy_of(shared)}/{version.number}"


def _token(platform: Platform, shared: Shared, version: ShareVersion, use: str, text: str) -> int:
    """Return where a token of an earlier answer leads. Raises `BadInput` when it is none of ours,
    not for this, or too old."""
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
