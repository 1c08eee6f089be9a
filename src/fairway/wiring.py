"""The composition root: the one place that knows every part, and joins them into a `Platform`.

One process serves one node at a time: Django has one set of settings. `open_node` on another
workspace lets go of the node before, with its connections, and takes the new one's place; whoever
still works on the old one meets errors, so tests and notebooks finish with one before the next.
"""

import atexit
import os
import secrets
import shutil
import threading
import time
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from asgiref.local import Local

from fairway.nouns.errors import Unavailable
from fairway.nouns.products import STORES, Source
from fairway.nouns.relations import Located, Wanted
from fairway.settings import (
    SECRETS,
    NodeSettings,
    add_peer_key,
    django_settings,
    has_connections,
    prepare_workspace,
    read_connections,
    read_secret,
    read_settings,
    renew_peer_key,
    write_settings,
)
from fairway.verbs.cancelling import Attach
from fairway.verbs.ports import Platform, Store

DEVICE = "Fairway-Device"
"""The header by which the department's own front door vouches for a device."""

_SHARE_FOR_QUERIES = 0.8
"""Of the machine's memory, what all queries that run side by side may take together."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no letter that is taken for another


class _Process:
    """What this process serves: the open node, and whether Django has been told of any."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.open: tuple[NodeSettings, Platform] | None = None
        self.configured = False
        self.connections: weakref.WeakSet[Any] = weakref.WeakSet()  # of every thread


_process = _Process()
_LEFT_OVER = 3600
"""Seconds after which no query still reads a file that was fetched for it."""


# ------------------------------------------------------------------ nodes


def create_node(workspace: Path, name: str, *, database: str = "") -> Platform:
    """Make a node in a directory: secrets, tables, controlled lists, settings. Return it, open.

    An attempt that was interrupted can be made again. Raises `Conflict` where a node is already.
    """
    with _process.lock:
        settings = prepare_workspace(workspace, name, database)
        platform = _opened(settings)
        _migrate()
        _seed(platform)
        write_settings(settings)
        return platform


def open_node(workspace: Path, *, database: str | None = None) -> Platform:
    """Open the node in a directory; the one that is open already is returned as it is.

    `database` overrides the settings' address. Raises `Unavailable` where there is no node, or one
    of an earlier version, `BadInput` for settings that cannot be used.
    """
    with _process.lock:
        settings = read_settings(workspace, database=database)
        if _process.open is not None and _process.open[0] == settings:
            return _process.open[1]
        return _opened(settings)


def upgrade_node(workspace: Path, *, database: str | None = None) -> Platform:
    """Bring the tables, the lists and the record of a node up to date; return it, open.

    What is up to date stays as it is. Raises as `open_node`, and where the old record was touched.
    A node that never had a key for other nodes gets one. One that knows other nodes and has lost
    its key does not: they know it by that key, so it has to be restored.
    """
    with _process.lock:
        settings = read_settings(workspace, database=database)
        platform = _opened(settings, older=True)
        _migrate()
        _seed(platform)
        if not platform.store.peers.all():
            add_peer_key(settings)
        return platform


def current() -> Platform:
    """Return the node that is open in this process. Raises `Unavailable` when none is."""
    if _process.open is None:
        raise Unavailable("wiring.no_node", "No node is open in this process.")
    return _process.open[1]


def data_roots() -> tuple[Path, ...]:
    """Return the directories in which the open node's sources may lie; none when none is open."""
    return () if _process.open is None else _process.open[0].data_roots


def secret_faults() -> tuple[Unavailable, ...]:
    """Return what is wrong with the open node's secrets: missing, damaged or open to others."""
    if _process.open is None:
        return ()
    settings = _process.open[0]
    faults = []
    for name in SECRETS:
        try:
            read_secret(settings, name)
        except Unavailable as fault:
            faults.append(fault)
    try:
        read_connections(settings)
    except Unavailable as fault:
        faults.append(fault)
    return tuple(faults)


def vouched(said: str | None) -> bool:
    """Say whether a request comes from a managed device: its front door says the node's secret.

    Without `secrets/device.key` no device is known as a managed one.
    """
    if not said or _process.open is None:
        return False
    try:
        secret = read_secret(_process.open[0], "device")
    except Unavailable:
        return False
    return secrets.compare_digest(secret.hex().encode(), said.strip().encode())


def close_node() -> None:
    """Let go of the open node: write what waits, and close its connections."""
    with _process.lock:
        if _process.open is not None:
            ledger: Any = _process.open[1].ledger
            _process.open = None
            ledger.close()
            _disconnect()


def _opened(settings: NodeSettings, *, older: bool = False) -> Platform:
    """Take the place of the node that was open before. `older` says that tables may be missing."""
    close_node()
    _configure(settings)
    if not older:
        _check_tables(settings)
    platform = _platform(settings)
    _process.open = (settings, platform)
    moving: Any = platform.ledger.moving
    moving.settle()  # what a kill left undone
    return platform


# ------------------------------------------------------------------ parts


class _Later:
    """Stands in for a part until the first time something is asked of it."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._making = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        """Make the part, once, and hand the question on."""
        with self._making:
            part = self.__dict__.get("_part")
            if part is None:
                part = self.__dict__["_part"] = self._make()
        return getattr(part, name)


def _close_if_made(part: Any) -> None:
    """Close a part that was asked for anything, and that can be closed."""
    made = vars(part).get("_part")
    if made is not None and hasattr(made, "close"):
        made.close()


def _later(make: Callable[[], Any]) -> Any:
    return cast("Any", _Later(make))


def _platform(settings: NodeSettings) -> Platform:
    from fairway.ledger.record import DatabaseLedger
    from fairway.search.entries import CatalogueIndex
    from fairway.store.memory import DatabaseStore
    from fairway.store.rates import ProcessRates

    ledger = DatabaseLedger(read_secret(settings, "ledger"), settings.checkpoint)
    store = DatabaseStore(within=ledger.gathering)
    return Platform(
        store=store,
        ledger=ledger,
        index=CatalogueIndex(),
        contracts=_contracts,
        catalogues=_catalogues,
        sources=_later(lambda: _sources(settings)),
        guardrails=_later(lambda: _guardrails(settings, store)),
        gate=_gate,
        engine=_fetching(settings, _routed(settings)),
        extracts=_later(lambda: _extracts(settings)),
        turns=_turns(settings),
        keys=_later(lambda: _keys(settings)),
        identity=_later(lambda: _identity(settings)),
        courier=_later(lambda: _courier(settings)),
        elsewhere=_later(lambda: _elsewhere(settings)),
        clock=SystemClock(),
        ids=RandomIds(),
        limits=settings.limits,
        rates=settings.rates,
        counts=ProcessRates(),
        settings=settings.shown(),
    )


def _sources(settings: NodeSettings) -> Any:
    from fairway.engines.compile import selection
    from fairway.sources.delta import DeltaSources
    from fairway.sources.files import FileSources
    from fairway.sources.iceberg import IcebergSources
    from fairway.sources.places import Places
    from fairway.sources.postgres import FetchedSources, PostgresSources
    from fairway.sources.remote import FORMATS, RemoteSources

    files = FileSources(settings.data_roots)
    fetched = settings.workspace / "fetched"
    databases, stores = read_connections(settings)
    remote = RemoteSources(stores, fetched, selection)
    return Places(
        {
            **{(kind, form): remote for kind in STORES for form in FORMATS},
            ("local", "parquet"): files,
            ("local", "csv"): files,
            ("local", "delta"): DeltaSources(files),
            ("local", "iceberg"): IcebergSources(files),
            ("postgres", "table"): PostgresSources(databases, fetched),
            ("fetched", "parquet"): FetchedSources(fetched),
        }
    )


def _extracts(settings: NodeSettings) -> Any:
    from fairway.extracts.cache import ExtractCache

    return ExtractCache(settings.workspace / "extracts", settings.cache_bytes)


def _guardrails(settings: NodeSettings, store: Store) -> Any:
    from fairway.guardrails.bundle import HubGuardrails

    seed = read_secret(settings, "ledger")
    return HubGuardrails(store.guardrails, seed, lambda: datetime.now(UTC).date())


def _turns(settings: NodeSettings) -> Any:
    """As many queries side by side as there are processors, four at least, if memory allows."""
    from fairway.engines.turns import FairTurns

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    fitting = int(memory * _SHARE_FOR_QUERIES) // settings.limits.memory
    return FairTurns(max(1, min(max(4, os.cpu_count() or 4), fitting)))


def _keys(settings: NodeSettings) -> Any:
    from fairway.privacy.keys import DerivedKeys

    return DerivedKeys(read_secret(settings, "pseudonyms"))


def _identity(settings: NodeSettings) -> Any:
    from fairway.post.identity import KeptIdentity

    return KeptIdentity(lambda: read_secret(settings, "peers"), lambda: renew_peer_key(settings))


def _courier(settings: NodeSettings) -> Any:
    from fairway.post.courier import HttpCourier

    return HttpCourier(settings.peer_networks)


def _elsewhere(settings: NodeSettings) -> Any:
    from fairway.standards.fetching import Elsewhere

    return Elsewhere(local=settings.follow_local)


def _make_contracts() -> Any:
    from fairway.standards.odcs import OdcsContracts

    return OdcsContracts()


def _make_catalogues() -> Any:
    from fairway.standards.harvesting import CatalogueReaders

    return CatalogueReaders()


def _make_gate() -> Any:
    from fairway.engines.gate import DuckDBGate

    return DuckDBGate()


def _make_engine() -> Any:
    from fairway.engines.duckdb import DuckDBEngine

    return DuckDBEngine(_locate)


def _fetch(source: Source, wanted: Wanted, attach: Attach) -> Path:
    sources: Any = current().sources
    brought: Path = sources.fetch(source, wanted, attach)
    return brought


def _fetching(settings: NodeSettings, inner: Any) -> Any:
    """Return an engine that is brought what lies elsewhere. What a kill left over goes now."""
    if not has_connections(settings):
        return inner
    from fairway.engines.fetching import FetchingEngine

    folder = settings.workspace / "fetched"
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in (*folder.glob("table-*.parquet"), *folder.glob("log-*")):
        if left.stat().st_mtime < time.time() - _LEFT_OVER:
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    return FetchingEngine(inner, frozenset({"postgres", *STORES}), _fetch)


def _routed(settings: NodeSettings) -> Any:
    """Return the default engine, or one that sends to Spark what is large."""
    if not settings.spark_address:
        return _engine

    def spark() -> Any:
        from fairway.engines.spark import SparkEngine

        return SparkEngine(
            _locate, settings.spark_address, _gate.bind, server=settings.spark_server
        )

    from fairway.engines.routing import RoutingEngine

    return RoutingEngine(_engine, _later(spark), _locate, settings.spark_above)


def _locate(source: Source) -> Located:
    sources: Any = current().sources
    located: Located = sources.locate(source)
    return located


# These know nothing of a node: they serve whichever is open, and last as long as the process.
_contracts = _later(_make_contracts)
_catalogues = _later(_make_catalogues)
_gate = _later(_make_gate)
_engine = _later(_make_engine)


class SystemClock:
    """`verbs.ports.Clock`: the machine's own time."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)


class RandomIds:
    """`verbs.ports.Ids`: names by chance, 60 bits, easy to read out."""

    def new(self, prefix: str) -> str:
        """Return a new name: the prefix, a hyphen and twelve characters."""
        return f"{prefix}-{''.join(secrets.choice(_ALPHABET) for _ in range(12))}"

    def secret(self) -> str:
        """Return a new secret of 256 bits, URL-safe."""
        return secrets.token_urlsafe(32)


# ------------------------------------------------------------------ Django


def _configure(settings: NodeSettings) -> None:
    """Tell Django of a node: the first time all of it, then what differs between nodes."""
    from django.conf import settings as django

    wanted = django_settings(settings)
    if not _process.configured:
        if django.configured:
            raise Unavailable(
                "wiring.other_application",
                "This process already runs another Django application.",
                remedy="Connect to the node by its address instead of its directory.",
            )
        _start_django(wanted)
        _process.configured = True
        return
    from django.contrib.contenttypes.models import ContentType
    from django.db import connections

    for name, value in wanted.items():
        setattr(django, name, value)
    # Django reads DATABASES once; these are the two places where it keeps what it read.
    vars(connections).pop("settings", None)
    connections._settings = None  # type: ignore[attr-defined]  # Django's, which has no type for it
    connections._connections = Local(connections.thread_critical)  # type: ignore[attr-defined]  # Django's, which has no type for it
    ContentType.objects.clear_cache()


def _start_django(wanted: dict[str, Any]) -> None:
    import django
    from django.conf import settings
    from django.db.backends.signals import connection_created

    settings.configure(**wanted)
    django.setup()
    connection_created.connect(_note_connection)


def _note_connection(connection: Any, **_: Any) -> None:
    _process.connections.add(connection)


def _disconnect() -> None:
    """Close every connection to the node that is left, in whatever thread it was opened."""
    for connection in list(_process.connections):
        connection.inc_thread_sharing()
        try:
            connection.close()
        finally:
            connection.dec_thread_sharing()
    _process.connections.clear()


def _migrate() -> None:
    """Make the tables, or bring them up to date."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def _check_tables(settings: NodeSettings) -> None:
    from fairway.store import schema

    if schema.behind():
        _disconnect()
        raise Unavailable(
            "wiring.older_node",
            "An earlier version of Fairway made the database of this node.",
            remedy="Stop the node, back its directory and its database up, and then run:"
            f" fairway upgrade --node {settings.workspace}",
        )


def _seed(platform: Platform) -> None:
    """Fill the controlled lists, and sign the head of the empty record."""
    from fairway.store import seed

    cast("Any", platform.ledger).begin()
    with platform.store.transaction():
        for purpose in seed.purposes():
            platform.store.purposes.put(purpose)
        for basis in seed.legal_bases():
            platform.store.purposes.put_legal_basis(basis)


@atexit.register
def _leave() -> None:
    """Let go of everything when the process ends."""
    close_node()
    _close_if_made(_engine)
    _close_if_made(_gate)
