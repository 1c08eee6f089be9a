"""Use in place: one query, from the question to the last byte, under exactly the terms agreed.

The order is the promise: parse, decide, guardrails, bind, record, run, record what came out, serve.
Whatever fails on the way denies, is recorded, and serves nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fairway.nouns.access import Grant
from fairway.nouns.errors import BadInput, FairwayError, NotFound
from fairway.nouns.events import EventFilter
from fairway.nouns.peers import Heard, Split
from fairway.nouns.people import Actor
from fairway.nouns.queries import Chunk, Field, Limits, ParsedQuery, Running
from fairway.nouns.relations import GovernedRelation
from fairway.rules.peers import check_told
from fairway.verbs import combined, parts
from fairway.verbs.acting import acting, looking, verb
from fairway.verbs.cancelling import Attach, nobody_cancels
from fairway.verbs.peers import actor_of
from fairway.verbs.ports import Platform, ResultStream
from fairway.verbs.told import number, read, text, texts
from fairway.verbs.using import Use, cancelled, prepared

HELD_BYTES = 16 * 1024 * 1024
"""A result up to this size is complete, counted and on the record before its first byte leaves."""


class QueryResult:
    """The result of a query: fields, and an Arrow IPC stream in chunks of bytes.

    `complete` says whether the whole result is already held; then `rows` is final. Iterate once.
    `reasons` say why it was permitted, `agreements` under which agreements, `versions` which state
    was read of each product whose source keeps states.
    """

    def __init__(
        self, use: Use, fields: Sequence[Field], reasons: Sequence[str], stream: ResultStream
    ) -> None:
        self.id = use.id
        self.fields = tuple(fields)
        self.reasons = tuple(reasons)
        self.agreements = use.agreements
        self.products = use.products
        self.versions = use.versions
        self._use = use
        self._stream = stream
        self._chunks = iter(stream)
        self._held: list[Chunk] = []
        self._ended = False
        self.complete = False

    @property
    def rows(self) -> int:
        """The number of rows so far; all of them when complete."""
        return self._stream.rows

    @property
    def engine(self) -> str:
        """The engine that works on it."""
        return self._stream.engine

    def hold(self) -> None:
        """Take in as much as may be held. If that is all, put its rows on the record."""
        size = 0
        try:
            while size <= HELD_BYTES:
                chunk = self._next()
                if chunk is None:
                    return
                self._held.append(chunk)
                size += len(chunk)
        except FairwayError:
            raise
        except BaseException:  # Ctrl-C in a node of one's own: the work must not go on
            self.abandon()
            raise

    def _next(self) -> Chunk | None:
        """Return the next chunk, or None at the end; whatever ends the work is recorded first."""
        try:
            chunk = next(self._chunks, None)
        except FairwayError as caught:
            error = self._use.ending(caught)
            self._end("query.stopped", "failed", error.message)
            raise error from None
        if chunk is None:
            self._end("query.completed", "done")
            self.complete = True
        return chunk

    def _end(self, action: str, outcome: str, reason: str = "") -> None:
        """Stop the work and record how it ended; the first end is the only one."""
        if not self._ended:
            self._ended = True
            self.close()
            self._use.details["engine"] = self.engine
            self._use.record(action, outcome, reason=reason, rows=self.rows)

    def __iter__(self) -> Iterator[Chunk]:
        """Yield the stream's chunks. Left early, the work is stopped and that is recorded."""
        try:
            yield from self._held
            self._held = []
            while not self._ended and (chunk := self._next()) is not None:
                yield chunk
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Stop the work if it has not ended, and record how far it came."""
        self._end("query.stopped", "failed", "The reader went away.")

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Free the engine's worker, and the place it had."""
        self._stream.close()
        self._use.release()


@verb("query.run")
def run(
    platform: Platform,
    actor: Actor,
    sql: str,
    purpose: str,
    *,
    agreement: str | None = None,
    limits: Limits | None = None,
    as_of: Mapping[str, str] | None = None,
    handle: str = "",
    attach: Attach = nobody_cancels,
) -> QueryResult:
    """Run one SELECT for a purpose, under the actor's agreements.

    All that cover it are kept; one that is named by `agreement` counts alone. `limits` may only be
    tighter than the node's own. `as_of` maps products, or `*`, to the earlier state that is wanted
    of their data: a number or a time. `handle` is a word of the actor's own by which the query can
    be cancelled before its id is known. `attach` is told what stops it when its caller hangs up.
    Raises `BadInput` for what does not parse or bind, `Refused` for what is not granted,
    `BoundExceeded` past a bound, `Busy` when no place comes free, `Cancelled`, and `Unavailable`
    when the record, the source or the engine does not answer.
    """
    with looking(platform, actor, "query.run"):
        use = Use(platform, actor, platform.ids.new("Q"), sql, purpose)
        try:
            own = tighter(platform.limits, limits)
            return _governed(use, agreement, own, as_of or {}, handle, attach=attach)
        except _Recorded as recorded:
            raise recorded.error from None
        except FairwayError as error:
            use.record("query.denied", "denied", reason=error.message)
            raise


class _Recorded(Exception):
    """Carries an error that is already on the record."""

    def __init__(self, error: FairwayError) -> None:
        super().__init__(error.message)
        self.error = error


@verb("peer.use")
def run_for_peer(platform: Platform, heard: Heard, *, attach: Attach = nobody_cancels) -> bytes:
    """Work out a part of a query for a person of a peer, and return all of it as an Arrow stream.

    It passes what every query passes: the gate, this node's own agreements and guardrails, the
    record. It is recorded under the name that the query has at the peer, with its purpose and the
    agreements that both nodes signed. `attach` is told what stops it when its caller hangs up.
    Raises what `run` raises, and `Cancelled`.
    """
    said = read(heard)
    query, person = text(said, "query", 40), text(said, "person", 63)
    check_told(query=query)
    if not query or not person:
        raise BadInput("peer.bad_letter", "The query has no name, or nobody asks it.")
    actor = actor_of(heard, person)
    with looking(platform, actor, "peer.use"):
        use = Use(platform, actor, query, text(said, "sql", 200_000), text(said, "purpose", 100))
        told = texts(said, "agreements")
        use.place = platform.ids.new("P")
        use.details = {"peer": heard.peer.id, "part": number(said, "part"), "hashes": dict(told)}
        wanted = replace(
            platform.limits, bytes=parts.LARGEST_PART, seconds=number(said, "seconds") or 1.0
        )
        try:
            result = _governed(use, None, tighter(platform.limits, wanted), {}, "", told, attach)
            return b"".join(result)
        except _Recorded as recorded:
            raise recorded.error from None
        except FairwayError as error:
            if not use.begun:
                use.record("query.denied", "denied", reason=error.message)
            raise


def _governed(
    use: Use,
    agreement: str | None,
    limits: Limits,
    as_of: Mapping[str, str],
    handle: str,
    told: Mapping[str, str] | None = None,
    attach: Attach = nobody_cancels,
) -> QueryResult:
    """Take a query from its text to its result."""
    platform = use.platform
    ready = prepared(use, agreement, as_of, told)
    now = platform.clock.now()
    use.turn = platform.turns.take(
        Running(use.place or use.id, use.actor.person, use.sql, use.purpose, now), handle, attach
    )
    if use.turn.cancelled:
        use.release()
        raise cancelled()
    try:
        combined.note(use, ready)
        use.record("query.granted", "granted", reason=" ".join(ready.decision.reasons))
        relations, parsed = ready.relations, ready.parsed
        if ready.split is not None:
            relations = _fetched(use, ready.split, ready.decision.grants, limits)
            parsed = ready.split.rest
        stream = _started(use, parsed, relations, limits)
        result = QueryResult(use, ready.fields, ready.decision.reasons, stream)
        try:
            result.hold()
        except FairwayError as error:
            raise _Recorded(error) from None
    except BaseException:
        use.release()
        raise
    return result


def _fetched(
    use: Use, split: Split, grants: Sequence[Grant], limits: Limits
) -> list[GovernedRelation]:
    """Ask the other nodes for their parts, and note what crossed."""
    asked = parts.Asked(use.id, use.actor, use.purpose, use.hashes)
    try:
        relations, sizes = parts.fetched(
            use.platform, asked, split, grants, limits, use.turn.attach
        )
    except FairwayError as caught:
        error = use.ending(caught)
        use.record("query.stopped", "failed", reason=error.message, rows=0)
        raise _Recorded(error) from None
    for said, size in zip(use.details["parts"], sizes, strict=True):
        said["bytes"] = size
    return list(relations)


def _started(
    use: Use, parsed: ParsedQuery, relations: Sequence[GovernedRelation], limits: Limits
) -> ResultStream:
    """Start the work, so that it can be cancelled."""
    try:
        stream = use.platform.engine.run(parsed, relations, limits)
    except FairwayError as error:
        use.record("query.stopped", "failed", reason=error.message, rows=0)
        raise _Recorded(error) from None
    use.turn.attach(stream.stop)
    return stream


def products_named(platform: Platform, sql: str) -> tuple[str, ...]:
    """Return the products that a query names. Not a verb: what a refused query is explained by."""
    return tuple(dict.fromkeys(str(t) for t in platform.gate.parse(sql).tables))


def tighter(own: Limits, wanted: Limits | None) -> Limits:
    """Return the tighter of two sets of bounds, bound by bound."""
    if wanted is None:
        return own
    return Limits(
        rows=min(own.rows, wanted.rows),
        bytes=min(own.bytes, wanted.bytes),
        memory=min(own.memory, wanted.memory),
        seconds=min(own.seconds, wanted.seconds),
    )


@verb("query.running")
def running(platform: Platform, actor: Actor) -> Sequence[Running]:
    """Return the actor's own queries that run now or wait for their turn."""
    with looking(platform, actor, "query.running"):
        return platform.turns.running(actor.person)


@verb("query.cancel")
def cancel(platform: Platform, actor: Actor, query: str) -> Running:
    """Stop one of the actor's own queries, by its id or by the handle it was given.

    Raises `NotFound` when none of that name runs.
    """
    with acting(platform, actor, "query.cancel", subject=query[:40]) as act:
        turn = platform.turns.find(actor.person, query)
        if turn is None:
            raise NotFound(
                "query.not_running",
                f"You have no query '{query[:40]}' that runs.",
                remedy="It may have ended; see how it stands.",
            )
        stopped = turn.running
        act.record(
            "query.cancelled",
            subject=stopped.query,
            query_id=stopped.query,
            purpose=stopped.purpose,
        )
    turn.cancel()
    return stopped


@verb("query.show")
def show(platform: Platform, actor: Actor, query: str) -> Mapping[str, Any]:
    """Return one of the actor's own queries and how it stands, from the record, or `NotFound`."""
    with looking(platform, actor, "query.show"):
        found = platform.ledger.find(EventFilter(actor=actor.person, subject=query, limit=5))
        entries = [entry for entry in found if entry.event.query_id == query]
        if not entries:
            raise NotFound("query.not_found", f"You ran no query '{query[:40]}'.")
        last = entries[0].event
        return {
            "id": query,
            "sql": last.query,
            "purpose": last.purpose,
            "action": last.action,
            "outcome": last.outcome,
            "reason": last.reason,
            "rows": last.rows,
            "at": last.at,
        }
