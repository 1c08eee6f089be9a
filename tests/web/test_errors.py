"""What people see when something goes wrong: the sentence, the way out, and never a traceback."""

import re

from tests.web.reading import heading, text, title

from fairway.nouns.errors import BadInput, Refused, Unavailable
from fairway.web.errors.remedies import remedy


def test_a_page_that_is_not_there(signed_in):
    answer = signed_in("dfe-analyst").get("/nope")
    assert answer.status_code == 404
    assert heading(answer) == "Page not found"
    assert title(answer) == "Page not found – Fairway"


def test_a_product_that_is_not_there(signed_in):
    answer = signed_in("dfe-analyst").get("/products/dwp.nothing")
    assert answer.status_code == 404
    assert "There is no data product 'dwp.nothing'" in text(answer)
    assert "Search for the product" in text(answer)


def test_a_mistake_of_ours_gives_a_number_and_nothing_else(signed_in, monkeypatch, caplog):
    def fails(*_):
        raise RuntimeError("a secret in a traceback")

    analyst = signed_in("dfe-analyst", raise_request_exception=False)
    monkeypatch.setattr("fairway.web.products.views.products.show", fails)
    answer = analyst.get("/products/dwp.claims")
    assert answer.status_code == 500
    assert heading(answer) == "Sorry, there is a problem with the service"
    assert re.search(r"incident number [0-9A-F]{8}\b", text(answer))
    assert "secret" not in text(answer)
    assert "Traceback" not in text(answer)


def test_a_part_that_does_not_answer(signed_in, monkeypatch):
    def silent(*_):
        raise Unavailable("store.silent", "The database does not answer.", remedy="Try again.")

    analyst = signed_in("dfe-analyst")
    monkeypatch.setattr("fairway.web.products.views.products.show", silent)
    answer = analyst.get("/products/dwp.claims")
    assert answer.status_code == 503
    assert "The database does not answer. Try again." in text(answer)


def test_the_error_page_itself_does_not_need_what_failed(signed_in, monkeypatch):
    def silent(*_):
        raise Unavailable("store.silent", "The database does not answer.")

    analyst = signed_in("dfe-analyst")
    monkeypatch.setattr("fairway.web.pages.people.me", silent)
    answer = analyst.get("/")
    assert answer.status_code == 503
    assert "The database does not answer." in text(answer)


def test_a_form_without_its_token_changes_nothing(signed_in, ids):
    analyst = signed_in("dfe-analyst", enforce_csrf_checks=True)
    answer = analyst.post(f"/agreements/{ids['submitted']}/withdraw")
    assert answer.status_code == 403
    assert heading(answer) == "Your form could not be accepted"
    assert "Submitted" in text(analyst.get(f"/agreements/{ids['submitted']}"))


def test_a_host_that_is_not_ours(signed_in):
    answer = signed_in("dfe-analyst").get("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400


def test_a_page_names_no_command():
    told = BadInput("made.up", "No.", remedy="See the list with: fairway request --list-purposes.")
    assert remedy(told) == ""
    assert remedy(Refused("made.up", "No.", remedy="Ask the owner.")) == "Ask the owner."
    known = Refused("access.no_agreement", "No.", remedy="Ask for it: fairway request x.")
    assert "product’s page" in remedy(known)
