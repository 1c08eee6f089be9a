"""What a browser is told about every page."""

import re
from pathlib import Path

PAGES = ("/", "/catalogue", "/products/dwp.claims", "/query", "/account", "/nope")


def test_every_answer_carries_the_headers(signed_in):
    analyst = signed_in("dfe-analyst")
    for address in (*PAGES, "/health", "/audit"):
        answer = analyst.get(address)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert "camera=()" in answer["Permissions-Policy"]
        assert answer["Cache-Control"] == "no-store"


def test_a_script_runs_only_with_the_nonce_of_its_own_answer(signed_in):
    analyst = signed_in("dfe-analyst")
    seen = set()
    for _ in range(3):
        answer = analyst.get("/")
        nonce = re.search(r"script-src 'nonce-([^']+)'", answer["Content-Security-Policy"])[1]
        assert re.findall(r'<script[^>]* nonce="([^"]*)"', answer.content.decode()) == [nonce]
        seen.add(nonce)
    assert len(seen) == 3


def test_no_page_holds_a_script_or_a_style_of_its_own(signed_in):
    analyst = signed_in("dfe-analyst")
    for address in PAGES:
        body = analyst.get(address).content.decode()
        assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", body) == []
        assert "<style" not in body
        assert re.findall(r"<[^>]+\sstyle=", body) == []
        assert re.findall(r"<[^>]+\son[a-z]+=", body) == []
        assert "javascript:" not in body


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(client):
    from tests.web.department import PASSWORD

    client.get("/sign-in")
    client.post("/sign-in", {"person": "dfe-analyst", "password": PASSWORD})
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


def test_a_node_behind_tls_keeps_its_cookies_to_tls(department):
    from dataclasses import replace

    from fairway.settings import django_settings, read_settings

    node = read_settings(Path(department.platform.settings["workspace"]))
    told = django_settings(replace(node, https=True))
    assert told["SESSION_COOKIE_SECURE"]
    assert told["CSRF_COOKIE_SECURE"]
    assert told["SECURE_HSTS_SECONDS"] > 0
