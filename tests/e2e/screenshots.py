"""`python -m tests.e2e.screenshots URL RELEASE_ID` makes the README's pictures of a demo that runs.

Signs in as the demo's viewer, with the password in DEMO_PASSWORD, and writes to docs/screenshots/.
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from releases.demo.options import BASE_DIR
from tests.e2e.conftest import CHROMIUM, QUIET

PICTURES = BASE_DIR / "docs" / "screenshots"
PATIENT_MS = 60_000
SIZE = ViewportSize(width=1280, height=800)


def main(url: str, release_id: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(base_url=url, viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        page.goto("/login")
        page.get_by_label("E-mail address").fill("viewer@example.com")
        page.get_by_label("Password").fill(os.environ["DEMO_PASSWORD"])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("table", name="Releases").get_by_role("img").first).to_be_visible(timeout=PATIENT_MS)
        expect(page.get_by_title("could not be read in time")).to_have_count(0, timeout=PATIENT_MS)
        picture(page, PICTURES / "releases.png")
        page.goto(f"/releases/{release_id}")
        expect(page.get_by_role("treeitem").first).to_be_visible()
        picture(page, PICTURES / "release.png")
        browser.close()


def picture(page: Page, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    page.mouse.move(0, 0)
    page.screenshot(path=path)


if __name__ == "__main__":
    main(*sys.argv[1:])
