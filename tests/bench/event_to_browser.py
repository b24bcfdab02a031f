"""From a change in a workflow to a real browser's page, with nobody else watching and with a hundred sockets beside it.

The page says when by itself: an observer of its document sees the changed text, and the time is that after the next
frame is drawn, by the clock of the machine.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import choice

from playwright.async_api import BrowserContext, Page, async_playwright
from temporalio.client import Client

from tests.bench.live_releases import RELEASES, LiveRelease, change, changed_at, new_state, pause
from tests.bench.sockets import sockets, until_live
from tests.bench.table import Measure, spread_of
from tests.bench.workflows import DEADLINE
from tests.e2e.conftest import CHROMIUM, QUIET
from tests.live_server import VIEWER, LiveServer

OTHERS = (0, 100)
ROUNDS = 30
BAR_MS = 1000.0

IN_SIGHT = 8
"""Of the first apps, so many lie within the page's window."""

# A text node's change is told of as one of its own; a line that is drawn anew is looked through.
OBSERVE = """
(() => {
  let expected = null, tell = null;
  const holds = (node) => node.textContent.includes(expected);
  const drawn = () => requestAnimationFrame(() => setTimeout(() => tell(Date.now() / 1000)));
  new MutationObserver((records) => {
    if (expected === null) return;
    if (!records.some(({ target, addedNodes }) => holds(target) || [...addedNodes].some(holds))) return;
    expected = null;
    drawn();
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
  window.expectText = (text) => {
    expected = text;
    window.shown = new Promise((resolve) => { tell = resolve; });
  };
})()
"""


async def measure(client: Client, portal: LiveServer) -> list[Measure]:
    measures: list[Measure] = []
    async with _signed_in(portal) as browser:
        for release in RELEASES:
            for others in OTHERS:
                seconds = await _seconds(client, portal, browser, release, others)
                name = f"change to browser, {release.title}, {others} sockets beside"
                measures += spread_of(name, (seconds, []), bar=BAR_MS)
    return measures


@asynccontextmanager
async def _signed_in(portal: LiveServer) -> AsyncIterator[BrowserContext]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = await browser.new_context(base_url=portal.url)
        cookies = portal.session(VIEWER)
        await context.add_cookies([{"name": k, "value": value, "url": portal.url} for k, value in cookies.items()])
        yield context
        await browser.close()


async def _seconds(
    client: Client, portal: LiveServer, browser: BrowserContext, release: LiveRelease, others: int
) -> list[float]:
    async with sockets(portal, release.id, others, lambda *_: None):
        page = await browser.new_page()
        await page.goto(f"/releases/{release.id}")
        await _open(page)
        await until_live(portal, release.id)
        await page.evaluate(OBSERVE)
        # The first warms up.
        apps = release.apps[:IN_SIGHT]
        seconds = [await _shown_after(client, page, release, choice(apps)) for _ in range(ROUNDS + 1)][1:]
        await page.close()
    return seconds


async def _open(page: Page) -> None:
    """With all of the tree open, the first apps are in sight."""
    await page.get_by_role("button", name="Expand all").click()
    await page.get_by_text("Live", exact=True).wait_for(timeout=DEADLINE.total_seconds() * 1000)


async def _shown_after(client: Client, page: Page, release: LiveRelease, app: str) -> float:
    """Seconds from a change until it stands in the page."""
    await pause()
    state = new_state()
    await page.evaluate("expectText", state)
    await change(client, release.workflow_of(app), app, state)
    async with asyncio.timeout(DEADLINE.total_seconds()):
        shown_at: float = await page.evaluate("window.shown")
    return shown_at - await changed_at(client, release.workflow_of(app))
