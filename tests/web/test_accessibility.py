"""Every page in a real browser: axe finds no fault, and nothing scrolls sideways at 320 pixels."""

from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.browser

TOMORROW = datetime.now(UTC).date() + timedelta(days=1)
NARROW = {"width": 320, "height": 800}
WIDE = {"width": 1280, "height": 900}
NARROW_TOO = {
    "home",
    "columns",
    "chart",
    "request",
    "audit",
    "dates, wrong",
    "who can see it",
    "entry",
    "hub",
}
"""Pages that axe looks at in both widths: between them they hold every part that folds."""


def press(name):
    return lambda page: page.get_by_role("main").get_by_role("button", name=name).click()


def go(address):
    return lambda page: page.goto(address)


def type_in(label, text):
    return lambda page: page.get_by_label(label, exact=True).fill(text)


# Per person, in the order in which they are visited: a name, and the steps that lead there.
PAGES = {
    "": {
        "sign in": [go("/sign-in")],
        "sign in, wrong": [press("Sign in")],
        "accessibility": [go("/accessibility")],
        "cookies": [go("/cookies")],
        "privacy": [go("/privacy")],
    },
    "dfe-analyst": {
        "home": [go("/")],
        "glossary": [go("/glossary")],
        "guardrails": [go("/guardrails")],
        "results": [go("/catalogue?q=claims")],
        "no results": [go("/catalogue?q=zebra")],
        "narrowed": [go("/catalogue?q=claims&kind=dataset&sort=title")],
        "other names": [go("/catalogue/names")],
        "restricted product": [go("/products/dwp.claims")],
        "open product": [go("/products/dwp.regions")],
        "may I": [go("/products/dwp.claims/why")],
        "may": [go("/products/dwp.claims/why?purpose=policy-analysis")],
        "may not": [go("/products/dwp.claims/why?purpose=research")],
        "entry": [go("/catalogue/dwp.claims")],
        "give feedback": [go("/catalogue/dwp.claims/feedback")],
        "give feedback, wrong": [press("Send feedback")],
        "feedback given": [type_in("What is wrong or missing?", "Old."), press("Send feedback")],
        "feedback": [go("/feedback")],
        "close feedback": [lambda page: page.get_by_role("link", name="Close").first.click()],
        "begin": [go("/products/dwp.claims/ask")],
        "columns": [go("/agreements/{draft}/ask/columns")],
        "rows": [go("/agreements/{draft}/ask/rows")],
        "rows, wrong": [press("Save and continue")],
        "purpose": [go("/agreements/{draft}/ask/purpose")],
        "purpose, wrong": [press("Save and continue")],
        "legal basis": [go("/agreements/{draft}/ask/legal_basis")],
        "necessity": [go("/agreements/{draft}/ask/necessity")],
        "necessity, wrong": [press("Save and continue")],
        "dates, wrong": [
            go("/agreements/{draft}/ask/dates"),
            lambda page: page.locator("[name=ends-month]").fill("13"),
            press("Save and continue"),
        ],
        "check": [go("/agreements/{draft}/check")],
        "check, wrong": [press("Accept and send")],
        "sent": [go("/agreements/{submitted}/sent")],
        "my agreements": [go("/agreements")],
        "draft": [go("/agreements/{draft}")],
        "active": [go("/agreements/{active}")],
        "connect a tool": [go("/agreements/{active}/profile")],
        "connect a tool, wrong": [
            lambda page: page.get_by_label("How long should it work?").fill("0"),
            press("Show the profile"),
        ],
        "profile made": [
            lambda page: page.get_by_label("How long should it work?").fill("1"),
            press("Show the profile"),
        ],
        "revoke the profile": [go("/agreements/{active}/profile/revoke")],
        "suspended": [go("/agreements/{suspended}")],
        "in question": [go("/agreements/{questioned}")],
        "answer": [go("/agreements/{questioned}/answer")],
        "withdraw": [go("/agreements/{submitted}/withdraw")],
        "queries that run": [go("/query/running")],
        "query": [go("/query?product=dwp.claims")],
        "result": [press("Run the query")],
        "chart, wrong": [press("Draw the chart")],
        "chart": [
            lambda page: page.get_by_label("Numbers to show").select_option("weeks"),
            press("Draw the chart"),
        ],
        "query, refused": [
            go("/query?product=dwp.claims"),
            type_in("Query", "SELECT health FROM dwp.claims"),
            press("Run the query"),
        ],
        "account": [go("/account")],
        "password, wrong": [go("/account/password"), press("Change password")],
        "token, wrong": [go("/account/tokens/new"), press("Make the token")],
        "token made": [
            type_in("What is the token for?", "Test"),
            lambda page: page.get_by_label("All that you may do").check(),
            press("Make the token"),
        ],
        "second factor, before": [go("/account/factor")],
        "second factor": [press("Show the secret")],
        "second factor, wrong": [press("Set up")],
        "remove second factor": [go("/account/factor/remove")],
        "confirm": [go("/account/confirm?next=/account")],
        "confirm, wrong": [press("Confirm")],
        "end session": [go("/account/sessions/S-000000000000/end")],
        "revoke": [go("/account"), lambda page: page.get_by_role("link", name="Revoke").click()],
        "revoked": [press("Revoke the token")],
        "refused": [go("/audit")],
        "not found": [go("/nope")],
    },
    "governance-manager": {
        "people": [go("/people")],
        "give a role": [go("/people/groups/give")],
        "give a role, wrong": [press("Give the role")],
        "roles of groups": [
            lambda page: page.get_by_label("Which group?").fill("Analysts of Work and Pensions"),
            lambda page: page.get_by_label("Analyst", exact=True).check(),
            lambda page: page.get_by_label("Education", exact=True).check(),
            press("Give the role"),
        ],
        "end a role": [lambda page: page.get_by_role("link", name="End").click()],
        "last day": [go("/people/dfe-analyst/leaving")],
        "last day, wrong": [press("Set the last day")],
        "partners": [go("/partners")],
        "register a partner": [go("/partners/new")],
        "register a partner, wrong": [press("Register")],
        "stops": [go("/stops")],
        "stops, wrong": [press("Stop at once")],
        "propose guardrails": [go("/guardrails/propose")],
        "hub's tasks": [go("/tasks")],
        "add a term": [go("/catalogue/names/change")],
        "add a term, wrong": [press("Save")],
        "remove a term": [go("/catalogue/names/remove?term=UC")],
    },
    "dwp-owner": {
        "tasks": [go("/tasks")],
        "review access": [go("/products/dwp.claims/review")],
        "review access, wrong": [press("Confirm")],
        "inbox": [go("/agreements/to-decide")],
        "request": [go("/agreements/{submitted}")],
        "request, no decision": [press("Continue")],
        "request with objections": [go("/agreements/{objected}")],
        "approve": [go("/agreements/{objected}/approve")],
        "approve, stopped": [press("Approve the request")],
        "less": [go("/agreements/{submitted}/approve-less")],
        "less, wrong": [
            lambda page: page.get_by_label("Only rows that also").fill("area = 1"),
            press("Approve with these terms"),
        ],
        "question": [go("/agreements/{submitted}/question")],
        "refuse, wrong": [go("/agreements/{submitted}/refuse"), press("Refuse the request")],
        "suspend": [go("/agreements/{active}/suspend")],
        "my products": [go("/my-products")],
        "answer feedback": [
            go("/feedback"),
            lambda page: page.get_by_role("link", name="Answer").first.click(),
        ],
        "answer feedback, wrong": [press("Send the answer")],
        "let somebody stand in": [go("/account/delegations/new")],
        "let somebody stand in, wrong": [press("Let them stand in")],
        "who stands in": [
            type_in("Who stands in for you?", "dwp-steward"),
            lambda page: page.locator("[name=until-day]").fill(str(TOMORROW.day)),
            lambda page: page.locator("[name=until-month]").fill(str(TOMORROW.month)),
            lambda page: page.locator("[name=until-year]").fill(str(TOMORROW.year)),
            press("Let them stand in"),
        ],
        "end standing in": [lambda page: page.get_by_role("link", name="End").click()],
        "who uses it": [go("/products/dwp.claims")],
        "who can see it": [go("/products/dwp.claims/who?column=weeks")],
    },
    "administrator": {
        "make a password": [go("/people/dfe-stranger/password")],
        "password made": [press("Make the password")],
    },
    "auditor": {
        "hub": [go("/hub")],
        "everybody’s access": [go("/people/access")],
        "everybody’s access, wrong": [
            lambda page: page.locator("[name=on-month]").fill("13"),
            press("Download the file"),
        ],
        "audit": [go("/audit")],
        "audit, filtered": [go("/audit?action=agreement.suspend")],
        "audit, wrong": [go("/audit?since-day=1&since-month=13&since-year=2026")],
        "audit, nothing": [go("/audit?person=nobody")],
        "state of the record": [go("/audit/state")],
        "uses of a person's data": [go("/audit/person")],
        "verify": [go("/audit/verify")],
        "verified": [press("Check the record")],
    },
}


def faults(page, name, axe):
    found = []
    wrong = page.locator(".govuk-error-summary").count()
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} main headings")
    if bool(wrong) != page.title().startswith("Error: "):
        found.append(f"title {page.title()}")
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        if size is WIDE or name in NARROW_TOO:
            found += axe(page)
        if too_wide(page):
            found.append(f"scrolls sideways at {size['width']} pixels")
    return found


def too_wide(page):
    return page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )


def give_feedback(site, page):
    """Have the analyst give the owner something to answer."""
    site.sign_in(page, "dfe-analyst")
    for name in ("give feedback", "feedback given"):
        for step in PAGES["dfe-analyst"][name]:
            step(page)


@pytest.mark.parametrize("person", PAGES, ids=lambda person: person or "nobody")
def test_every_page(site, new_page, axe, person):
    if person == "dwp-owner":
        give_feedback(site, new_page(base_url=site.url, viewport=WIDE))
    page = new_page(base_url=site.url, viewport=WIDE)
    if person:
        site.sign_in(page, person)
    found = {}
    for name, steps in PAGES[person].items():
        for step in steps:
            step(Filled(page, site.ids))
        if wrong := faults(page, name, axe):
            found[name] = wrong
    assert found == {}


class Filled:
    """A page whose addresses are filled with the agreements of the site."""

    def __init__(self, page, ids):
        self._page, self._ids = page, ids

    def goto(self, address):
        self._page.goto(address.format(**self._ids))

    def __getattr__(self, name):
        return getattr(self._page, name)


def test_letters_can_be_four_times_as_large(site, new_page):
    """Zoom of 400 % on a screen of 1280 pixels leaves 320; here the letters alone grow."""
    page = new_page(base_url=site.url, viewport=WIDE)
    site.sign_in(page, "dfe-analyst")
    for address in ("/", "/products/dwp.claims", "/query"):
        page.goto(address)
        page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
        assert not too_wide(page), address
