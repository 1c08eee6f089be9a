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
        assert "object-src 'none'" in policy
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
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


def test_behind_tls_every_answer_asks_for_tls_from_now_on(client):
    from django.test import override_settings

    for address in ("/sign-in", "/nope", "/api/v1/health", "/api/v1/me"):
        assert "Strict-Transport-Security" not in client.get(address)
        with override_settings(SECURE_HSTS_SECONDS=365 * 24 * 3600):
            told = client.get(address)["Strict-Transport-Security"]
        assert told == "max-age=31536000; includeSubDomains"


def test_nothing_answers_to_trace(signed_in):
    analyst = signed_in("dfe-analyst")
    for address in (*PAGES[:-1], "/sign-in", "/api/v1/me", "/api/v1/health"):
        answer = analyst.trace(address)
        assert answer.status_code == 405
        assert b"sessionid" not in answer.content


def test_folders_of_static_files_are_not_listed(client):
    for address in ("/static/", "/static/images/", "/.git/HEAD"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert b"NOTICE.txt" not in answer.content


def test_no_answer_opens_itself_to_other_origins(signed_in):
    analyst = signed_in("dfe-analyst")
    for address in ("/", "/api/v1/me", "/api/v1/products"):
        answer = analyst.get(address, headers={"Origin": "https://elsewhere.example"})
        assert [name for name in answer.headers if name.startswith("Access-Control")] == []
