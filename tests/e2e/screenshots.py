"""`python -m tests.e2e.screenshots URL` makes the pictures of README and tour, of a demo that runs.

Signs in as the demo's viewer, with the password in DEMO_PASSWORD, and writes to docs/screenshots/. The demo should
have run for three minutes or so: by then some releases have failed, and others are under way.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import APIRequestContext, Browser, Page, StorageState, ViewportSize, expect, sync_playwright

from releases.demo.options import BASE_DIR
from tests.e2e.conftest import CHROMIUM, QUIET

PICTURES = BASE_DIR / "docs" / "screenshots"
PATIENT_MS = 60_000
WIDE = ViewportSize(width=1440, height=900)
NARROW = ViewportSize(width=360, height=740)


@dataclass(frozen=True)
class Picture:
    name: str
    path: str
    shows: str
    """A selector of what stands on the page once it is there."""
    colours: Literal["light", "dark"] = "light"
    size: ViewportSize = field(default_factory=lambda: WIDE)


def main(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        session = sign_in(browser, url)
        for picture in pictures(browser.new_context(base_url=url, storage_state=session).request):
            take(browser, url, session, picture)
        browser.close()


def sign_in(browser: Browser, url: str) -> StorageState:
    page = browser.new_page(base_url=url)
    page.goto("/login")
    page.get_by_label("E-mail address").fill("viewer@example.com")
    page.get_by_label("Password").fill(os.environ["DEMO_PASSWORD"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Releases")).to_be_visible(timeout=PATIENT_MS)
    return page.context.storage_state()


def pictures(api: APIRequestContext) -> Iterator[Picture]:
    failed = newest(api, "search-2025.47")
    broken = failed["held_by"]["path"]
    large = newest(api, "platform-")["id"]
    moving = newest(api, "payments-2025.11")["id"]
    yield Picture("releases", "/releases", "table .rollup")
    yield Picture("releases-dark", "/releases", "table .rollup", colours="dark")
    yield Picture("releases-narrow", "/releases", ".rollup", size=NARROW)
    yield Picture("release", f"/releases/{failed['id']}?entity={broken}", "[role=tree]")
    yield Picture("release-dark", f"/releases/{moving}", "[role=tree]", colours="dark")
    yield Picture("release-narrow", f"/releases/{failed['id']}", "[role=tree]", size=NARROW)
    yield Picture("board", f"/releases/{large}?view=board", "main h2")
    yield Picture("timeline", f"/releases/{moving}?view=timeline", "[role=tree]")
    yield Picture("compare", f"/compare?b={failed['id']}", "main h1")


def newest(api: APIRequestContext, search: str) -> dict[str, Any]:
    page = api.get("/api/releases/", params={"search": search, "page_size": 1, "include": "rollup"}).json()
    found: dict[str, Any] = page["results"][0]
    return found


def take(browser: Browser, url: str, session: StorageState, picture: Picture) -> None:
    page = browser.new_page(
        base_url=url,
        storage_state=session,
        viewport=picture.size,
        color_scheme=picture.colours,
        reduced_motion="reduce",
    )
    page.goto(picture.path)
    expect(page.locator(picture.shows).first).to_be_visible(timeout=PATIENT_MS)
    settle(page)
    page.screenshot(path=path_of(picture))
    page.close()


def settle(page: Page) -> None:
    """What comes late gets its time: roll-ups, counts, the word that it is live."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(4_000)


def path_of(picture: Picture) -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / f"{picture.name}.png"


if __name__ == "__main__":
    main(*sys.argv[1:])
