"""Signing in by a real OpenID Connect provider, and what a provider that lies can do: nothing."""

import json
import sqlite3
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.web.reading import forms
from tests.web.server import free_port, serving

from fairway.nouns.errors import BadInput, Unavailable
from fairway.settings import read_settings

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-of-the-tests-alone"
PAGE_FORM = 1
"""On a page of somebody signed in, the first form is the header's, to sign out."""


def set_provider(workspace: Path, issuer: str, more: str = "") -> None:
    file = workspace / "fairway.toml"
    file.write_text(
        f'{file.read_text("utf-8")}\n[sign_in]\nissuer = "{issuer}"\nclient = "fairway"\n'
        f'label = "the test provider"\nbreak_glass = ["administrator"]\n{more}\n'
        "[web]\nconfirm_minutes = 1\n",
        encoding="utf-8",
    )
    secret = workspace / "secrets/provider.key"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    secret.chmod(0o600)


class Browser:
    """Follows redirects and sends forms, across the node and the provider."""

    def __init__(self) -> None:
        self.client = httpx.Client(follow_redirects=True, timeout=30)

    def open(self, url: str) -> httpx.Response:
        return self.client.get(url)

    def send(self, page: httpx.Response, number: int = 0, **fields: str) -> httpx.Response:
        form = forms(page.text)[number]
        address = urljoin(str(page.url), form.action or str(page.url))
        return self.client.post(address, data={**form.fields, **fields})


@dataclass(frozen=True)
class Signed:
    """A node that signs people in by a provider."""

    node: str
    provider: str
    workspace: Path


@pytest.fixture(scope="module")
def signed(template) -> Iterator[Signed]:
    """A node and a certified provider, both served."""
    workspace = template.laid_out()
    node_port, provider_port = free_port(), free_port()
    set_provider(workspace, f"http://127.0.0.1:{provider_port}")
    provider = subprocess.Popen(
        [
            *("sh", "frontend/node.sh", "node", "tests/web/provider.mjs"),
            *(str(provider_port), f"http://127.0.0.1:{node_port}/sign-in/provider/callback"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert provider.stdout is not None
    try:
        assert any("ready" in line for line in provider.stdout)
        with serving(workspace, node_port) as url:
            yield Signed(url, f"http://127.0.0.1:{provider_port}", workspace)
    finally:
        provider.terminate()
        provider.wait(10)
        provider.stdout.close()


@pytest.fixture
def browsers() -> Iterator[Any]:
    """Makes browsers, and closes them."""
    made: list[Browser] = []

    def browser() -> Browser:
        made.append(Browser())
        return made[-1]

    yield browser
    for one in made:
        one.client.close()


def by_provider(signed: Signed, person: str, browser: Browser, onward: str = "/") -> httpx.Response:
    """Sign in through the provider's own pages, consent included."""
    page = browser.open(f"{signed.node}/sign-in?next={onward}")
    page = browser.send(page, 0)
    assert str(page.url).startswith(signed.provider), page.text[:500]
    page = browser.send(page, 0, login=person, password="anything")
    while str(page.url).startswith(signed.provider):
        page = browser.send(page, 0)
    return page


def test_an_open_account_is_signed_in_and_goes_on_to_what_was_wanted(signed, browsers):
    page = by_provider(signed, "dfe-analyst", browsers(), "/agreements")
    assert page.status_code == 200
    assert str(page.url) == f"{signed.node}/agreements"
    assert "Sign out" in page.text


def test_who_has_no_account_stays_outside_and_none_is_made(signed, browsers):
    page = by_provider(signed, "somebody-else", browsers())
    assert page.status_code == 401
    assert "access.no_account" in page.text


def test_a_password_opens_no_account_but_emergency_ones_with_a_code(signed, browsers):
    from tests.web.department import PASSWORD

    for person, code in (
        ("dfe-analyst", "by the department&#39;s provider"),
        ("administrator", "needs a second factor"),
    ):
        browser = browsers()
        page = browser.open(f"{signed.node}/sign-in")
        answer = browser.send(page, 1, person=person, password=PASSWORD)
        assert answer.status_code == 422
        assert code in answer.text
        made = httpx.post(
            f"{signed.node}/api/v1/tokens", json={"person": person, "password": PASSWORD}
        )
        assert made.status_code == 403


def test_confirming_asks_the_provider_again(signed, browsers):
    browser = browsers()
    by_provider(signed, "dfe-analyst", browser)
    page = browser.open(f"{signed.node}/account/confirm?next=/account/tokens/new")
    assert "Confirm with the test provider" in page.text
    page = browser.send(page, PAGE_FORM)
    assert str(page.url).startswith(signed.provider)
    page = browser.send(page, 0, login="dfe-analyst", password="anything")
    while str(page.url).startswith(signed.provider):
        page = browser.send(page, 0)
    assert str(page.url) == f"{signed.node}/account/tokens/new"
    assert "What is the token for?" in page.text


def test_somebody_else_at_the_provider_does_not_confirm(signed, browsers):
    browser = browsers()
    by_provider(signed, "dfe-analyst", browser)
    page = browser.open(f"{signed.node}/account/confirm?next=/account")
    page = browser.send(page, PAGE_FORM)
    page = browser.send(page, 0, login="dwp-owner", password="anything")
    while str(page.url).startswith(signed.provider):
        page = browser.send(page, 0)
    assert page.status_code == 403
    assert "access.somebody_else" in page.text


def test_an_answer_that_nobody_asked_for_signs_nobody_in(signed, browsers):
    browser = browsers()
    for query in ("", "?code=abc", "?code=abc&state=xyz", "?error=access_denied&state=x"):
        page = browser.open(f"{signed.node}/sign-in/provider/callback{query}")
        assert page.status_code == 401
        assert "access.provider" in page.text
    assert str(browser.open(f"{signed.node}/account").url).startswith(f"{signed.node}/sign-in")
    other = browser.open(f"{signed.node}/sign-in/another/callback?code=x")
    assert str(other.url).endswith("/sign-in")


def test_the_door_to_the_provider_opens_only_from_our_own_page(signed):
    assert httpx.post(f"{signed.node}/sign-in/provider").status_code == 403
    assert httpx.get(f"{signed.node}/sign-in/provider").status_code == 405


# ------------------------------------------------------------------ a provider that lies


class Liar:
    """A provider whose ID token is made by the test."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.changes: dict[str, Any] = {}
        self.token: Any = None
        self.nonce = ""
        self.silent = False
        self.described: dict[str, Any] = {}

    def answer(self, path: str) -> Any:
        if path == "/.well-known/openid-configuration":
            names = ("authorization", "token", "userinfo")
            return {
                "issuer": self.issuer,
                "jwks_uri": f"{self.issuer}/keys",
                **{f"{name}_endpoint": f"{self.issuer}/{name}" for name in names},
                **self.described,
            }
        if path == "/keys":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
            return {"keys": [{**public, "kid": "1", "alg": "RS256", "use": "sig"}]}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "fairway",
            "sub": "dfe-analyst",
            "nonce": self.nonce,
            "iat": now,
            "exp": now + 300,
            **self.changes,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        make = self.token or (lambda c: jwt.encode(c, self.key, "RS256", {"kid": "1"}))
        return {"access_token": "x", "token_type": "Bearer", "id_token": make(kept)}


@pytest.fixture(scope="module")
def lying(template) -> Iterator[tuple[Liar, str, Path]]:
    """A provider of the test's own, and a node that trusts it."""
    made = Liar(0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"not JSON" if made.silent else json.dumps(made.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    workspace = template.laid_out()
    set_provider(workspace, made.issuer)
    with serving(workspace, free_port()) as address:
        yield made, address, workspace
    server.shutdown()
    server.server_close()


@pytest.fixture
def liar(lying) -> Iterator[tuple[Liar, httpx.Client]]:
    """The provider, telling the truth until the test changes it, and a browser."""
    made, address, _ = lying
    made.changes, made.token, made.silent, made.described = {}, None, False, {}
    with httpx.Client(base_url=address, timeout=60) as client:
        yield made, client


def leaving(client: httpx.Client) -> httpx.Response:
    token = forms(client.get("/sign-in").text)[0].fields
    return client.post("/sign-in/provider", data=token)


def came_back(liar: Liar, client: httpx.Client) -> httpx.Response:
    """Leave for the provider and come back with its answer."""
    left = leaving(client)
    assert left.status_code == 302, left.text[:300]
    asked = {n: v[0] for n, v in parse_qs(urlsplit(left.headers["Location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    liar.nonce = asked["nonce"]
    given = {"code": "c", "state": asked["state"]}
    return client.get("/sign-in/provider/callback", params=given)


def signed_in(client: httpx.Client) -> bool:
    return client.get("/account").status_code == 200


def test_an_honest_answer_signs_in(liar):
    provider, client = liar
    assert came_back(provider, client).status_code == 302
    assert signed_in(client)


def test_a_description_of_another_provider_signs_nobody_in(liar):
    provider, client = liar
    provider.described = {"issuer": "http://127.0.0.1:1"}
    provider.changes = {"iss": "http://127.0.0.1:1"}  # so that its tokens agree with it
    came_back(provider, client)
    assert not signed_in(client)


def unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return (
        ".".join(
            urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts
        )
        + "."
    )


OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.parametrize(
    ("changes", "token"),
    [
        ({"iss": "http://127.0.0.1:1"}, None),
        ({"aud": "another"}, None),
        ({"aud": ["another"]}, None),
        ({"exp": 1}, None),
        ({"nonce": "another"}, None),
        ({"nonce": None}, None),
        ({"sub": None}, None),
        ({"sub": ["dfe-analyst"]}, None),
        ({"sub": "DFE-ANALYST"}, None),
        ({"sub": ""}, None),
        ({}, unsigned),
        ({}, lambda c: jwt.encode(c, OTHER_KEY, "RS256", {"kid": "1"})),
        ({}, lambda c: jwt.encode(c, OTHER_KEY, "RS256", {"kid": "2"})),
        ({}, lambda c: jwt.encode(c, "x" * 64, "HS256", {"kid": "1"})),
        ({}, lambda c: "not a token"),
        ({}, lambda c: ""),
    ],
)
def test_a_lie_signs_nobody_in(liar, changes, token):
    provider, client = liar
    provider.changes, provider.token = changes, token
    answer = came_back(provider, client)
    assert answer.status_code == 401
    assert not signed_in(client)


def test_an_answer_counts_once(liar):
    provider, client = liar
    query = parse_qs(urlsplit(leaving(client).headers["Location"]).query)
    provider.nonce = query["nonce"][0]
    given = {"code": "c", "state": query["state"][0]}
    assert client.get("/sign-in/provider/callback", params=given).status_code == 302
    assert client.get("/sign-in/provider/callback", params=given).status_code == 401


def test_a_closed_account_stays_closed(liar, lying):
    provider, client = liar
    file = lying[2] / "fairway.sqlite3"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE store_person SET active = 0 WHERE id = 'dwp-steward'")
    provider.changes = {"sub": "dwp-steward"}
    answer = came_back(provider, client)
    assert answer.status_code == 401
    assert "access.no_account" in answer.text


def test_a_provider_that_does_not_answer_is_named(liar):
    provider, client = liar
    provider.silent = True
    answer = leaving(client)
    assert answer.status_code == 503
    assert "access.provider_unavailable" in answer.text


# ------------------------------------------------------------------ settings


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ('issuer = "https://id.example.gov.uk"', "sign_in.client"),
        ('client = "fairway"', "sign_in.issuer"),
        ('issuer = "http://id.example.gov.uk"\nclient = "fairway"', "sign_in.issuer"),
        ('issuer = "ftp://localhost"\nclient = "fairway"', "sign_in.issuer"),
        ('issuer = "nonsense"\nclient = "fairway"', "sign_in.issuer"),
        ('match = "guess"', "sign_in.match"),
        ('claim = " "', "sign_in.claim"),
    ],
)
def test_settings_that_cannot_be_safe_are_refused(template, given, field):
    workspace = template.laid_out()
    file = workspace / "fairway.toml"
    file.write_text(file.read_text("utf-8") + f"\n[sign_in]\n{given}\n", "utf-8")
    with pytest.raises(BadInput) as refused:
        read_settings(workspace)
    assert refused.value.field == field


def test_the_client_secret_has_to_be_there_and_private(template):
    from fairway.settings import read_provider_secret

    workspace = template.laid_out()
    set_provider(workspace, "https://id.example.gov.uk")
    settings = read_settings(workspace)
    assert read_provider_secret(settings) == SECRET
    file = workspace / "secrets/provider.key"
    file.chmod(0o644)
    with pytest.raises(Unavailable):
        read_provider_secret(settings)
    file.unlink()
    with pytest.raises(Unavailable) as missing:
        read_provider_secret(settings)
    assert missing.value.code == "settings.no_provider_secret"
