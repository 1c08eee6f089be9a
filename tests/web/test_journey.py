"""The main job in a real browser: search, ask, approve with less, query, chart."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def fill_date(page, name, day):
    for part in ("day", "month", "year"):
        page.locator(f"[name={name}-{part}]").fill(str(getattr(day, part)))


def go_on(page):
    page.get_by_role("button", name="Save and continue").click()


def ask(page, today):
    """Answer every page of a request and send it. Return its reference."""
    page.get_by_role("link", name="Ask for access for something else").click()
    page.get_by_role("button", name="Start now").click()
    page.get_by_label("region", exact=True).check()
    page.get_by_label("weeks", exact=True).check()
    go_on(page)
    page.get_by_label("Only rows that meet a condition").check()
    page.get_by_label("Condition, if you need only some rows").fill("weeks >= 4")
    go_on(page)
    page.get_by_label("Programme evaluation").check()
    go_on(page)
    page.get_by_label("Public task").check()
    go_on(page)
    page.get_by_label("Why is this data necessary?").fill("To compare regions before and after.")
    go_on(page)
    fill_date(page, "starts", today)
    fill_date(page, "ends", today + timedelta(days=100))
    go_on(page)
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    expect(page.get_by_text("weeks >= 4")).to_be_visible()
    page.get_by_role("button", name="Accept and send").click()
    expect(page.get_by_role("heading", name="Request sent")).to_be_visible()
    return re.search(r"AG-[a-z0-9]+", page.get_by_role("main").inner_text())[0]


def decide(page, request, today):
    """Approve a request with less: one column in bands, fewer rows, a shorter time."""
    page.get_by_role("link", name="To decide", exact=True).click()
    page.get_by_role("link", name=request).click()
    page.get_by_label("Approve with less").check()
    page.get_by_role("button", name="Continue").click()
    page.locator("#treatment-weeks").select_option("band:10")
    page.get_by_label("Only rows that also meet this condition").fill("region <> 'London'")
    fill_date(page, "ends", today + timedelta(days=50))
    page.get_by_role("button", name="Approve with these terms").click()
    expect(page.get_by_text(f"You approved {request}, with less")).to_be_visible()


def use(page, site, request):
    """Query under the agreement; draw a chart."""
    page.goto(f"{site.url}/agreements/{request}")
    page.get_by_role("link", name="Query the data").or_(
        page.get_by_role("button", name="Query the data")
    ).click()
    page.get_by_label("Query", exact=True).fill(
        "SELECT region, count(*) AS people FROM dwp.claims GROUP BY region ORDER BY region"
    )
    page.get_by_role("button", name="Run the query").click()
    expect(page.get_by_role("heading", name="Result", exact=True)).to_be_visible()
    rows = page.locator("tbody tr").all_inner_texts()
    assert [row.split("\t")[0] for row in rows] == ["North East", "Scotland", "Wales"]
    page.get_by_label("What to compare").select_option("region")
    page.get_by_label("Numbers to show").select_option("people")
    page.get_by_role("button", name="Draw the chart").click()
    chart = page.get_by_role("img", name="people by region")
    expect(chart).to_be_visible()
    expect(page.get_by_role("table", name="The numbers of the chart")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_search_to_chart(site, new_page, scripts):
    today = datetime.now(UTC).date()
    analyst = new_page(java_script_enabled=scripts)
    site.sign_in(analyst, "dfe-analyst")
    analyst.get_by_label("Search for data").fill("claims")
    analyst.get_by_role("button", name="Search").click()
    analyst.get_by_role("link", name="Claims by person").click()
    request = ask(analyst, today)
    owner = new_page(java_script_enabled=scripts)
    site.sign_in(owner, "dwp-owner")
    decide(owner, request, today)
    use(analyst, site, request)
    with analyst.expect_download() as download:
        analyst.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename.endswith(".csv")
    text = download.value.path().read_text("utf-8")
    assert text.splitlines()[0].replace('"', "") == "region,people"
    owner.goto(f"{site.url}/products/dwp.claims")
    expect(owner.get_by_role("table", name="Who uses it")).to_be_visible()
    if scripts:
        owner.get_by_role("button", name="Sign out").click()
        owner.wait_for_url("**/sign-in")


def press_to(page, name, key="Tab", most=80):
    """Press Tab until the focus is on the link, field or button of a name."""
    for _ in range(most):
        page.keyboard.press(key)
        named = page.evaluate(
            """() => { const e = document.activeElement;
            return (e.labels?.[0]?.innerText || e.innerText || '').trim(); }"""
        )
        if named.startswith(name):
            outline = page.evaluate(
                """() => { const s = getComputedStyle(document.activeElement);
                return s.outlineStyle + s.boxShadow + s.backgroundColor; }"""
            )
            assert outline != "nonenonergba(0, 0, 0, 0)", f"the focus on {name} cannot be seen"
            return
    pytest.fail(f"Tab does not lead to {name}")


def test_the_main_path_with_the_keyboard_alone(site, page):
    page.goto(f"{site.url}/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to main content"
    page.keyboard.press("Enter")
    press_to(page, "User name")
    page.keyboard.type("dfe-analyst")
    press_to(page, "Password")
    page.keyboard.type("three random words")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/")
    press_to(page, "Search for data")
    page.keyboard.type("regions")
    page.keyboard.press("Enter")
    page.wait_for_url("**/catalogue?**")
    press_to(page, "Regions")
    page.keyboard.press("Enter")
    page.wait_for_url("**/products/**")
    press_to(page, "Query it")
    page.keyboard.press("Enter")
    page.wait_for_url("**/query?**")
    press_to(page, "What do you use the data for?")
    page.keyboard.type("Policy")
    press_to(page, "Run the query")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Result", exact=True).wait_for()
    press_to(page, "Numbers to show")
    page.keyboard.type("households")
    press_to(page, "Draw the chart")
    page.keyboard.press("Enter")
    page.get_by_role("img", name="households by region").wait_for()
    press_to(page, "Sign out")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")


def test_after_an_error_the_summary_has_the_focus_and_leads_to_the_field(site, page):
    site.sign_in(page, "dfe-analyst")
    page.goto(f"{site.url}/query")
    page.get_by_role("button", name="Run the query").click()
    assert page.title() == "Error: Query data – Fairway"
    focused = page.evaluate("document.activeElement.className")
    assert "govuk-error-summary" in focused
    page.get_by_role("link", name="Enter a query").click()
    assert page.evaluate("document.activeElement.id") == "sql"
    described = page.locator("#sql").get_attribute("aria-describedby")
    assert "sql-error" in described
