"""What the verbs need from the world, as Protocols. Adapters implement them; wiring joins them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from fairway.nouns.access import GuardrailFacts, Verdict
from fairway.nouns.agreements import Agreement, State
from fairway.nouns.follows import Changes
from fairway.nouns.glossary import GlossaryTerm
from fairway.nouns.guardrails import Example, Guardrail, GuardrailVersion
from fairway.nouns.harvests import Catalogue
from fairway.nouns.peers import Split
from fairway.nouns.people import Domain, Person, Team, Token
from fairway.nouns.plans import EnginePlan
from fairway.nouns.products import Contract, DataProduct, Hits, Source, SourceField
from fairway.nouns.purposes import LegalBasis, Purpose
from fairway.nouns.queries import Chunk, Field, Limits, ParsedQuery, Running
from fairway.nouns.rates import Rates
from fairway.nouns.relations import GovernedRelation, Located
from fairway.nouns.search import Indexed, SearchPage, SearchQuery
from fairway.nouns.shares import Extract, Recipient, ShareVersion
from fairway.nouns.stops import Stop
from fairway.nouns.versions import AsOf
from fairway.rules.effective import Judge
from fairway.verbs.cancelling import Attach, nobody_cancels
from fairway.verbs.catalogue_ports import Elsewhere, Entries, Feed, Feedbacks, Follows
from fairway.verbs.doors import Attempts, Factors, People, Provisioned, RateCounts, Sessions
from fairway.verbs.peer_ports import Courier, Identity, Peers
from fairway.verbs.record_ports import Ledger


class Tokens(Protocol):
    """Bearer tokens, kept as hashes."""

    def add(self, token: Token) -> None: ...
    def by_digest(self, digest: str) -> Token | None: ...
    def of(self, person: str) -> Sequence[Token]: ...
    def revoke(self, token: str, at: datetime) -> None: ...


class Products(Protocol):
    """Published products, every version kept."""

    def get(self, product: str) -> DataProduct | None:
        """Return the current version of a product, also of one that was withdrawn."""

    def several(self, products: Iterable[str]) -> Sequence[DataProduct]: ...
    def versions(self, product: str) -> Sequence[DataProduct]:
        """Return every version, newest first."""

    def by_contract(self, contract: str) -> DataProduct | None:
        """Return the current product that was published with a contract id."""

    def all(self, *, domain: str | None = None) -> Sequence[DataProduct]:
        """Return the current versions of those that are not withdrawn."""

    def add(self, product: DataProduct) -> None:
        """Add a version, which becomes the current one."""

    def withdraw(self, product: str) -> None:
        """Note that a product's current version is withdrawn."""


class Agreements(Protocol):
    """Agreements and their histories."""

    def get(self, agreement: str) -> Agreement | None: ...
    def put(self, agreement: Agreement) -> None:
        """Insert, or replace the one of that id."""

    def find(
        self,
        *,
        asker: str | None = None,
        teams: Collection[Team] | None = None,
        product: str | None = None,
        domain: str | None = None,
        purpose: str | None = None,
        states: Sequence[State] | None = None,
    ) -> Sequence[Agreement]:
        """Return those that match, newest first. `domain` is the product's; `teams` are those that
        an agreement covers."""


class Shares(Protocol):
    """Recipients of agreements, with the digests of their secrets, and the versions they saw."""

    def get(self, recipient: str) -> Recipient | None: ...
    def by_digest(self, digest: str) -> Recipient | None: ...
    def of(self, agreement: str) -> Sequence[Recipient]:
        """Return every recipient that an agreement had, newest first."""

    def add(self, recipient: Recipient) -> None: ...
    def revoke(self, recipient: str, at: datetime) -> None: ...
    def versions(self, agreement: str) -> Sequence[ShareVersion]:
        """Return the versions of an agreement's share, newest first."""

    def put_version(self, version: ShareVersion) -> None:
        """Insert, or replace the one of that number."""


class Purposes(Protocol):
    """The hub's controlled lists."""

    def get(self, code: str) -> Purpose | None: ...
    def all(self) -> Sequence[Purpose]: ...
    def legal_basis(self, code: str) -> LegalBasis | None: ...
    def legal_bases(self) -> Sequence[LegalBasis]: ...
    def put(self, purpose: Purpose) -> None: ...
    def put_legal_basis(self, basis: LegalBasis) -> None: ...


class Glossary(Protocol):
    """The hub's other names of the same things."""

    def all(self) -> Sequence[GlossaryTerm]: ...
    def put(self, term: GlossaryTerm) -> None: ...
    def remove(self, term: str) -> None: ...


class Stops(Protocol):
    """What the hub has stopped. Read first on every decision."""

    def get(self, stop: str) -> Stop | None: ...
    def active(self) -> Sequence[Stop]:
        """Return the stops in force, oldest first."""

    def all(self, limit: int) -> Sequence[Stop]:
        """Return stops, newest first, lifted ones too."""

    def add(self, stop: Stop) -> None: ...
    def lift(self, stop: str, by: str, at: datetime) -> None: ...


class GuardrailVersions(Protocol):
    """The versions of the hub's guardrails. One at the most is published."""

    def get(self, version: str) -> GuardrailVersion | None: ...
    def published(self) -> GuardrailVersion | None: ...
    def stamp(self) -> str:
        """Return what changes whenever another version is published; empty before the first."""

    def all(self) -> Sequence[GuardrailVersion]:
        """Return every version, newest first."""

    def put(self, version: GuardrailVersion) -> None:
        """Insert, or replace the one of that id."""


class Store(Protocol):
    """The memory of the node."""

    people: People
    tokens: Tokens
    sessions: Sessions
    attempts: Attempts
    factors: Factors
    provisioned: Provisioned
    products: Products
    agreements: Agreements
    purposes: Purposes
    entries: Entries
    glossary: Glossary
    shares: Shares
    stops: Stops
    guardrails: GuardrailVersions
    peers: Peers
    feed: Feed
    follows: Follows
    feedback: Feedbacks

    def transaction(self) -> AbstractContextManager[None]:
        """Open a write transaction: all or nothing, one writer at a time. Not nestable."""


class Index(Protocol):
    """The search index over catalogue entries. Writes join the store's transaction.

    Where `audiences` are asked for, nothing of an entry that is for none of them shows: not in
    counts, facets, suggestions, snippets or spelling. None are all of them.
    """

    def put(
        self, product: DataProduct, domain: Domain, owner: Person, organisation: str = ""
    ) -> None: ...

    def put_entries(self, given: Iterable[Indexed]) -> None:
        """Add entries, or replace those of the same id; withdrawn ones are found no more."""

    def clear(self) -> None:
        """Take everything out, in an open transaction."""

    def warm(self) -> None:
        """Make ready for the first search."""

    def find(
        self, words: str, *, limit: int, offset: int, audiences: Collection[str] | None = None
    ) -> Hits:
        """Return a page of the products that match and that these audiences may know of."""

    def search(
        self,
        query: SearchQuery,
        audiences: Collection[str] | None,
        terms: Sequence[GlossaryTerm] | None = None,
    ) -> SearchPage:
        """Return a page of what matches, by other names too; for None those Fairway brings."""

    def suggest(
        self, text: str, audiences: Collection[str] | None, *, limit: int
    ) -> tuple[str, ...]:
        """Return titles that hold what was typed so far."""


class Contracts(Protocol):
    """A contract standard, in and out."""

    def read(self, text: str, file: str) -> Contract:
        """Read a contract. Raises `BadInput` naming file, field, line."""

    def write(self, contract: Contract) -> str:
        """Write a contract with every field that was read."""


class Catalogues(Protocol):
    """Catalogues in the formats of other places."""

    def read(self, text: str, source: str, format: str = "") -> Catalogue:  # noqa: A002 - the word that users write
        """Read every record; without a format, the one that the text looks like.

        Raises `BadInput` where the format is unknown or cannot be told. Nothing else is raised:
        what cannot be used is among the faults.
        """

    def changes(self, text: str, source: str) -> Changes:
        """Read what another node says has changed. Raises `BadInput` where it is none of that."""


class Sources(Protocol):
    """Where products lie."""

    def resolve(self, source: Source, file: str) -> Source:
        """Turn a contract's source into one the node reads. Raises `BadInput`, `Refused`."""

    def describe(self, source: Source, file: str) -> Sequence[SourceField]:
        """Read the actual schema. Raises `Unavailable` when the source does not answer."""

    def pin(self, source: Source, wanted: AsOf | None) -> Source:
        """Return a resolved source fixed to one of its states: the newest unless one is wanted.

        Raises `BadInput` for a state that it does not hold. What keeps no states stays as it is.
        """

    def locate(self, source: Source, file: str = "") -> Located:
        """Return where the bytes of a resolved source lie now. Raises `Unavailable`, `Refused`."""

    def open(self, source: Source, number: int) -> BinaryIO:
        """Return one of a resolved source's files, to be read as it is. Raises `Unavailable`."""

    def history(self, source: Source) -> Sequence[tuple[int, datetime]]:
        """Return the states that a source keeps, by number, with when they were written, oldest
        first; empty for what keeps none."""

    def state(self, source: Source) -> str:
        """Return a text that is another one whenever the source's bytes are others.

        Raises `Unavailable` when the source does not answer. Never shown to users.
        """


class Guardrails(Protocol):
    """The hub's policies, which no spoke's grant can override."""

    def verdict(self, facts: GuardrailFacts) -> Verdict:
        """Judge one product in one request by the published policies.

        An error in judging, a bad signature or a bundle that is out of date is an objection and
        says so in `alarm`.
        """

    def verdicts(self) -> Callable[[GuardrailFacts], Verdict]:
        """Return `verdict` by what is in force now, for all that one request asks about."""

    def in_force(self) -> Judge:
        """Return what judges by the published policies. Raises `Unavailable`."""

    def judge(self, policies: str) -> Judge:
        """Return what would judge by other policies, to try them. Raises `BadInput`."""

    def read(self, policies: str) -> Sequence[Guardrail]:
        """Read policies in plain English, checked against the schema.

        Raises `BadInput` for policies that do not parse or do not fit, with the place.
        """

    def names(self, policies: str) -> frozenset[tuple[str, str]]:
        """Return every entity that policies name, as type and id."""

    def current(self) -> tuple[str, tuple[Example, ...]]:
        """Return the policies in force, and their examples. Raises `Unavailable`."""

    def sign(self, version: GuardrailVersion) -> str:
        """Return the node's signature of a version that is to be published."""


class Gate(Protocol):
    """What a query must pass before anything is decided about it."""

    def parse(self, sql: str) -> ParsedQuery:
        """Parse and check against the allow-list. Raises `BadInput` or `Refused`."""

    def bind(self, query: ParsedQuery, relations: Sequence[GovernedRelation]) -> Sequence[Field]:
        """Bind names and types against empty relations; return the result's columns.

        Raises `BadInput` with the engine's own words: no data is near, so none can be in them.
        """

    def phrase(self, expression: Mapping[str, Any]) -> str:
        """Return the SQL of a part of a query's tree. Raises `BadInput` when it has none."""

    def split(
        self,
        query: ParsedQuery,
        relations: Sequence[GovernedRelation],
        owners: Mapping[str, str],
    ) -> Split:
        """Split a query into the parts that peers answer and the rest.

        `owners` names the peer of each product, as `<domain>.<table>`, that lies at one.
        """


class ResultStream(Protocol):
    """The result of a query: an Arrow IPC stream in chunks of bytes.

    `rows` counts the rows produced so far. Raises `BoundExceeded` while iterating when a bound is
    passed. `close()` stops the work; closing twice does nothing. `stop()` ends it from another
    thread: whoever reads gets an error. `engine` says which engine works.
    """

    rows: int
    engine: str

    def __iter__(self) -> Iterator[Chunk]: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...


class Engine(Protocol):
    """Computation in place."""

    def run(
        self, query: ParsedQuery, relations: Sequence[GovernedRelation], limits: Limits
    ) -> ResultStream:
        """Run a checked query over governed relations, and over nothing else."""


class PlanningEngine(Engine, Protocol):
    """An engine that also tells what it would do. `plan` reads no data and runs nothing."""

    def plan(self, query: ParsedQuery, relations: Sequence[GovernedRelation]) -> EnginePlan: ...


class Extracts(Protocol):
    """The rows of agreements as files, kept as long as there is room."""

    def get(self, agreement: str, key: str) -> Extract | None: ...
    def make(self, agreement: str, key: str, rows: Callable[[], Iterable[Chunk]]) -> Extract:
        """Return an extract; write it from an Arrow IPC stream where it is not kept.

        Raises what `rows` raises, and `BoundExceeded` for more than may be kept.
        """

    def open(self, agreement: str, key: str, number: int) -> BinaryIO:
        """Return a file of an extract, to be read. Raises `NotFound` when it is not kept."""

    def discard(self, agreement: str) -> None:
        """Take away every extract of an agreement."""


class Turn(Protocol):
    """One query's place among those that run. It is given back with `release()`."""

    running: Running
    cancelled: bool

    def attach(self, stop: Callable[[], None]) -> None:
        """Say how the work is stopped; it is stopped at once if it was cancelled already."""

    def cancel(self) -> None: ...
    def release(self) -> None: ...


class Turns(Protocol):
    """Whose query runs next."""

    def take(self, running: Running, handle: str = "", attach: Attach = nobody_cancels) -> Turn:
        """Wait for a place, fairly among people. Raises `Busy` when the wait is too long.

        `attach` is told how the query is cancelled before it waits: one that waits leaves the line.
        """

    def find(self, person: str, query: str) -> Turn | None:
        """Return a person's query that runs or waits, by its id or by the handle it was given."""

    def running(self, person: str) -> Sequence[Running]:
        """Return a person's queries that run or wait."""


class Keys(Protocol):
    """The node's secrets, never shown."""

    def pseudonym_key(self, agreement: str) -> bytes:
        """Return the 32-byte pseudonym key of an agreement, or of another name that is none."""

    def seal_key(self) -> bytes:
        """Return the 32-byte key of what clients carry: file links, page and access tokens."""

    def seal(self, secret: str) -> str:
        """Encrypt a secret of somebody else's, to be kept in the store."""

    def unseal(self, sealed: str) -> str:
        """Return a secret that was sealed. Raises `Unavailable` where this node did not seal it."""


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""


class Ids(Protocol):
    """New names for new things."""

    def new(self, prefix: str) -> str:
        """Return a short unique id that begins with the prefix."""

    def secret(self) -> str:
        """Return a new secret of at least 256 bits, URL-safe."""


@dataclass(frozen=True)
class Platform:
    """Everything a verb may use, joined by `wiring`."""

    store: Store
    ledger: Ledger
    index: Index
    contracts: Contracts
    catalogues: Catalogues
    sources: Sources
    guardrails: Guardrails
    gate: Gate
    engine: Engine
    extracts: Extracts
    turns: Turns
    keys: Keys
    identity: Identity
    courier: Courier
    elsewhere: Elsewhere
    clock: Clock
    ids: Ids
    limits: Limits
    rates: Rates
    counts: RateCounts
    settings: Mapping[str, Any]
