"""The front page, and the pages about the service."""

import re

from tests.web.reading import heading, text


def test_the_front_page_says_what_waits(signed_in):
    said = text(signed_in("dfe-analyst").get("/"))
    assert "Answer a question about Claims by person" in said
    assert "3 requests of yours wait for a decision" in said
    assert "1 active agreement" in said
    assert "To decide" not in said
    assert "2 requests for you to decide" in text(signed_in("dwp-owner").get("/"))


def test_every_term_that_a_page_links_to_is_in_the_glossary(signed_in, ids):
    analyst = signed_in("dfe-analyst")
    glossary = analyst.get("/glossary").content.decode()
    for address in ("/", "/products/dwp.claims", "/products/dwp.claims/ask", "/query"):
        page = analyst.get(address).content.decode()
        for anchor in re.findall(r'href="/glossary#([^"]+)"', page):
            assert f'id="{anchor}"' in glossary
    page = signed_in("dwp-owner").get(f"/agreements/{ids['objected']}").content.decode()
    for anchor in re.findall(r'href="/glossary#([^"]+)"', page):
        assert f'id="{anchor}"' in glossary


def test_statements_are_open_to_everyone(client):
    assert heading(client.get("/accessibility")) == "Accessibility statement"
    assert heading(client.get("/cookies")) == "Cookies"
    assert heading(client.get("/privacy")) == "Privacy notice"
    assert client.get("/health").json() == {"status": "ok"}


def test_the_cookies_page_names_every_cookie(client):
    from tests.web.department import PASSWORD

    client.get("/sign-in")
    client.post("/sign-in", {"person": "dfe-analyst", "password": PASSWORD})
    client.get("/")
    page = text(client.get("/cookies"))
    assert [name for name in client.cookies if name not in page] == []


def test_the_footer_names_the_licence(client):
    assert "Open Government Licence v3.0" in text(client.get("/sign-in"))
