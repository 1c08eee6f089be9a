"""A node with a small department: in process for Django's test client, served for a browser."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.department import PASSWORD, Department
from tests.web.server import free_port, serving

from fairway.nouns.people import Person
from fairway.verbs import people
from fairway.verbs.acting import SYSTEM
from fairway.wiring import close_node, open_node

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Template:
    """A workspace as it was made, and the agreements in it by what they are there for.

    It is always laid out at the same place: a product's source is where it was published.
    """

    kept: Path
    workspace: Path
    ids: dict[str, str]

    def laid_out(self) -> Path:
        shutil.rmtree(self.workspace, ignore_errors=True)
        shutil.copytree(self.kept, self.workspace)
        return self.workspace


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Template:
    """Made in a process of its own, so that no event loop of a browser stands beside it."""
    workspace = tmp_path_factory.mktemp("web") / "node"
    made = subprocess.run(
        [sys.executable, "-m", "tests.web.department", str(workspace)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    kept = workspace.with_name("kept")
    shutil.copytree(workspace, kept)
    return Template(kept, workspace, json.loads(made.stdout))


@pytest.fixture
def ids(template) -> dict[str, str]:
    return template.ids


# ------------------------------------------------------------------ in process


@pytest.fixture
def department(template) -> Iterator[Department]:
    """A node of the test's own, open in this process."""
    yield Department(open_node(template.laid_out()))
    close_node()


@pytest.fixture
def client(department) -> "Client":
    """A browser that nobody has signed in with."""
    from django.test import Client

    return Client(headers={"host": "localhost"})


@pytest.fixture
def signed_in(department) -> "Callable[[str], Client]":
    """Browsers by the person who is signed in. Signing in itself is tested where it belongs."""
    from django.contrib.auth import load_backend
    from django.test import Client

    import fairway.web.sessions  # noqa: F401 # marks every session that begins, as when served

    def client(person: str, **options: Any) -> "Client":
        made = Client(headers={"host": "localhost"}, **options)
        backend = "django.contrib.auth.backends.ModelBackend"
        made.force_login(load_backend(backend).get_user(person), backend)
        return made

    return client


@pytest.fixture
def newcomer(department):
    """Add a person and appoint them, as `newcomer(role, domain)`."""

    def add(role, domain=None):
        person = "new-" + role.value.replace(" ", "-")
        account = Person(person, role.value.capitalize(), domain or "dwp")
        people.add_person(department.platform, SYSTEM, account, PASSWORD)
        people.appoint(department.platform, SYSTEM, person, role, domain, since=department.today)
        return person

    return add


# ------------------------------------------------------------------ served


@dataclass(frozen=True)
class Site:
    """A served node."""

    url: str
    ids: dict[str, str]

    def sign_in(self, page: "Page", person: str) -> None:
        # The first chart of a process starts the drawing library, which a busy machine does slowly.
        page.set_default_timeout(60_000)
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("User name").fill(person)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.url}/")


@pytest.fixture(scope="module")
def site(template) -> Iterator[Site]:
    """The node behind its real server. Ask for it before a page: it needs no event loop."""
    with serving(template.laid_out(), free_port()) as address:
        yield Site(address, template.ids)
