"""Takes the pictures of the documentation from the demo, in a real browser: `make screenshots`."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from fairway.demo import question

PICTURES = Path(__file__).parent / "screenshots"
DESKTOP = {"width": 1100, "height": 760}
PHONE = {"width": 320, "height": 720}
CHROMIUM = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
ASK_FOR = "ons.acs_2019_person_sample"


class Camera:
    """A browser on the demo, signed in as one account at a time."""

    def __init__(self, browser: Browser, address: str, password: str) -> None:
        self._browser, self._address, self._password = browser, address, password

    def as_(self, person: str, size: dict[str, int] | None = None) -> Page:
        page = self._browser.new_context(
            base_url=self._address, viewport=size or DESKTOP, locale="en-GB"
        ).new_page()
        page.goto("/sign-in")
        page.get_by_label("User name").fill(person)
        page.get_by_label("Password", exact=True).fill(self._password)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        return page


def take(page: Page, name: str, *, whole: bool = False) -> None:
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)
    print(f"docs/screenshots/{name}.png")


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Save and continue").click()


def finding(camera: Camera) -> None:
    page = camera.as_("dwp-analyst")
    take(page, "home")
    page.goto("/catalogue?q=apprenticeships")
    take(page, "search")
    page.goto("/catalogue?q=cycling")
    page.get_by_role("main").get_by_role("link", name=re.compile("cycling counts")).first.click()
    take(page, "entry", whole=True)
    page.goto("/products/dwp.universal_credit_households")
    take(page, "product", whole=True)
    phone = camera.as_("dwp-analyst", PHONE)
    phone.goto("/products/dwp.universal_credit_households")
    take(phone, "product-on-a-phone")


def keeping(camera: Camera) -> None:
    owner = camera.as_("dfe-owner")
    owner.goto("/my-products")
    take(owner, "my-products", whole=True)
    hub = camera.as_("governance-manager")
    hub.goto("/hub")
    take(hub, "hub")
    hub.goto("/guardrails")
    take(hub, "guardrails")


def asking(camera: Camera) -> str:
    page = camera.as_("dfe-analyst")
    page.goto(f"/products/{ASK_FOR}/ask")
    take(page, "ask")
    page.get_by_role("button", name="Start now").click()
    for column in ("puma", "age", "ethnicity"):
        found = page.locator(f"input[name=columns][value={column}]")
        if found.count():
            found.check()
    if not page.locator("input[name=columns]:checked").count():
        page.locator("input[name=columns]").nth(1).check()
    take(page, "ask-columns", whole=True)
    go_on(page)
    page.get_by_label("Every row").check()
    take(page, "ask-rows")
    go_on(page)
    page.get_by_label("Research in the public interest").check()
    take(page, "ask-purpose")
    go_on(page)
    page.get_by_label("Public task").check()
    take(page, "ask-legal-basis")
    go_on(page)
    page.get_by_label("Why is this data necessary?").fill(
        "To find out which age groups take up training after a spell out of work. "
        "Published tables do not cross age with the area."
    )
    go_on(page)
    page.locator("[name=ends-day]").fill("31")
    page.locator("[name=ends-month]").fill("12")
    page.locator("[name=ends-year]").fill(str(datetime.now(UTC).year + 1))
    go_on(page)
    take(page, "ask-check", whole=True)
    page.get_by_role("button", name="Accept and send").click()
    take(page, "ask-sent")
    return page.url.split("/")[-2]


def deciding(camera: Camera, request: str) -> None:
    page = camera.as_("ons-owner")
    page.goto("/agreements/to-decide")
    take(page, "inbox")
    page.goto(f"/agreements/{request}")
    take(page, "decide", whole=True)
    page.goto(f"/agreements/{request}/approve-less")
    take(page, "approve-with-less", whole=True)


def using(camera: Camera) -> None:
    page = camera.as_("dwp-analyst")
    page.goto("/query")
    page.get_by_label("Query", exact=True).fill(question.SQL)
    page.get_by_label("What do you use the data for?").select_option("policy-analysis")
    take(page, "query")
    page.get_by_role("button", name="Run the query").click()
    take(page, "result", whole=True)
    x, y = question.CHART
    page.get_by_label("What to compare").select_option(x)
    page.get_by_label("Numbers to show").select_option(y)
    page.get_by_role("button", name="Draw the chart").click()
    page.set_viewport_size({**DESKTOP, "height": 1000})
    take(page, "chart")


def accounting(camera: Camera) -> None:
    page = camera.as_("auditor")
    page.goto("/audit?action=query.granted")
    take(page, "audit")
    page.goto("/audit/verify")
    page.get_by_role("button", name="Check the record").click()
    take(page, "verify")


def with_demo(work: Callable[[str, str], None]) -> None:
    """Serve the demo from a temporary directory while the pictures are taken."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-m", "fairway", "demo", "--workspace", f"{directory}/node"]
        process = subprocess.Popen(
            [*command, "--port", "0", "--json"], stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout
            told = json.loads(process.stdout.readline())
            work(told["address"], told["password"])
        finally:
            process.terminate()
            process.wait(30)


def pictures(address: str, password: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
        camera = Camera(browser, address, password)
        finding(camera)
        keeping(camera)
        deciding(camera, asking(camera))
        using(camera)
        accounting(camera)
        browser.close()


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with_demo(pictures)
