"""Following another node: what it shows its partners is found here too, until it is withdrawn."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote, urlsplit

from fairway.nouns.entries import CatalogueEntry
from fairway.nouns.errors import BadInput, Conflict, FairwayError, NotFound
from fairway.nouns.follows import Changes, Follow
from fairway.nouns.harvests import Catalogue, Fault
from fairway.nouns.people import Actor
from fairway.rules.harvests import text_digest
from fairway.verbs.acting import Act, acting, looking, verb
from fairway.verbs.harvests import check_source, take_over, withdraw_all
from fairway.verbs.ports import Platform

FEED = "/api/v1/catalogue/feed"
LONGEST_ADDRESS = 500
MOST_PAGES = 1000
"""Pages of a catalogue that is followed from its beginning, of 500 changes each."""


@verb("follow.begin")
def begin(platform: Platform, actor: Actor, source: str, address: str, token: str = "") -> Follow:
    """Follow the catalogue of the node at an address, under a name. It is read at once.

    `token` is one of the other node; it is kept encrypted and never shown. Raises `BadInput` for an
    address or an answer that is none of a node, `Conflict` for a name that is taken, `Refused` and
    `Unavailable` where the other node does not answer.
    """
    with acting(platform, actor, "follow.begin", subject=source) as act:
        check_source(source)
        address = _checked(address)
        _check_free(platform, source)
        sealed = platform.keys.seal(token) if token else ""
        made = Follow(source, address, actor.person, platform.clock.now(), sealed)
        act.record("follow.begin", subject=source, details={"address": address})
    try:
        # Kept only when it has been read: what is kept is read by the node's own turns too, and
        # two that read the same catalogue at once would overtake each other.
        made, _ = _turned(platform, actor, made)
        with acting(platform, actor, "follow.begin", subject=source) as act:
            _check_free(platform, source)
            platform.store.follows.put(made)
            _tell(act, made)
    except FairwayError:
        with acting(platform, actor, "follow.begin", subject=source) as act:
            act.record("follow.begin", "failed", subject=source, details={"address": address})
        raise
    return made


def _check_free(platform: Platform, source: str) -> None:
    if platform.store.follows.get(source) is not None:
        raise Conflict(
            "follow.exists",
            f"{source} is followed already.",
            remedy="Choose another name, or end that one: fairway follow stop.",
            field="source",
        )


def _checked(address: str) -> str:
    try:
        parts = urlsplit(address)
        host = parts.hostname if parts.scheme in ("http", "https") else ""
        odd = bool(parts.query or parts.fragment or "@" in parts.netloc)
    except ValueError:
        host, odd = "", True
    if not host or odd or len(address) > LONGEST_ADDRESS:
        raise BadInput(
            "follow.bad_address",
            "This is not the address of a node.",
            remedy="Write it as https://fairway.example.gov.uk.",
            field="address",
        )
    return address.rstrip("/").removesuffix(FEED)


@verb("follow.list")
def follows(platform: Platform, actor: Actor) -> Sequence[Follow]:
    """Return the catalogues that are followed, and how that goes."""
    with looking(platform, actor, "follow.list"):
        return platform.store.follows.all()


@verb("follow.end")
def end(platform: Platform, actor: Actor, source: str) -> int:
    """Follow a catalogue no more; its records are withdrawn here. Return how many were.

    Raises `NotFound`.
    """
    with acting(platform, actor, "follow.end", subject=source) as act:
        _get(platform, source)
        platform.store.follows.remove(source)
        gone = withdraw_all(platform, source)
        act.record("follow.end", subject=source, details={"withdrawn": gone})
    return gone


@verb("follow.turn")
def turn(platform: Platform, actor: Actor, source: str) -> int:
    """Take over what changed at a catalogue that is followed since the last turn; return how much.

    Raises what the other node, or the way to it, gives reason for; that is noted once.
    """
    with looking(platform, actor, "follow.turn"):
        follow = _get(platform, source)
    try:
        after, taken = _turned(platform, actor, follow)
    except Conflict:  # another process of this node is at it: no fault of the other node
        raise
    except FairwayError as error:
        if follow.fault != error.message:
            _note(platform, actor, replace(follow, fault=error.message[:500]))
        raise
    if (after.cursor, "") != (follow.cursor, follow.fault):
        _note(platform, actor, after)
    return taken


def _turned(platform: Platform, actor: Actor, follow: Follow) -> tuple[Follow, int]:
    """Take over what changed since a follow's cursor; return it as it is then, and how much."""
    token = platform.keys.unseal(follow.sealed) if follow.sealed else ""
    changes, pages = _fetched(platform, follow, token)
    taken = _taken(platform, actor, follow.source, changes, pages)
    changed = platform.clock.now() if taken or follow.changed is None else follow.changed
    return replace(follow, cursor=changes.cursor, changed=changed, fault=""), taken


def _fetched(platform: Platform, follow: Follow, token: str) -> tuple[Changes, str]:
    """Return everything that changed since the follow's cursor, and what tells it from another."""
    cursor, entries, faults, texts = follow.cursor, list[CatalogueEntry](), list[Fault](), ""
    whole = False
    for _ in range(MOST_PAGES):
        address = f"{follow.address}{FEED}?after={quote(cursor)}"
        text = platform.elsewhere.fetch(address, token).decode("utf-8", "replace")
        page = platform.catalogues.changes(text, follow.source)
        if page.whole:
            entries, whole = [], True
        entries += page.entries
        faults += page.faults
        texts = text_digest(texts + text)
        cursor = page.cursor
        if not page.more:
            break
    return Changes(tuple(entries), cursor, whole=whole, faults=tuple(faults)), texts


def _taken(platform: Platform, actor: Actor, source: str, changes: Changes, digest: str) -> int:
    latest = {entry.id: entry for entry in changes.entries}
    # From the beginning, what is not there counts as withdrawn; a name alone says no more.
    wanted = tuple(e for e in latest.values() if not (changes.whole and e.withdrawn))
    if not wanted:
        return _emptied(platform, actor, source) if changes.whole and not changes.faults else 0
    read = Catalogue("dcat", wanted, changes.faults)
    done = take_over(platform, actor, source, read, digest, complete=changes.whole).harvest
    return done.added + done.changed + done.withdrawn


def _emptied(platform: Platform, actor: Actor, source: str) -> int:
    if platform.store.entries.harvest(source) is None:
        return 0
    with acting(platform, actor, "follow.turn", subject=source) as act:
        gone = withdraw_all(platform, source)
        act.record("follow.turn", subject=source, details={"withdrawn": gone})
    return gone


def _note(platform: Platform, actor: Actor, follow: Follow) -> None:
    with acting(platform, actor, "follow.turn", subject=follow.source) as act:
        if platform.store.follows.get(follow.source) is not None:  # it may have ended meanwhile
            platform.store.follows.put(follow)
        _tell(act, follow)


def _tell(act: Act, follow: Follow) -> None:
    act.record(
        "follow.turn",
        "failed" if follow.fault else "done",
        subject=follow.source,
        reason=follow.fault,
        details={"cursor": follow.cursor},
    )


def _get(platform: Platform, source: str) -> Follow:
    found = platform.store.follows.get(source)
    if found is None:
        raise NotFound(
            "follow.not_found",
            f"No catalogue is followed under the name '{source[:100]}'.",
            remedy="See those that are: fairway follow list.",
        )
    return found
