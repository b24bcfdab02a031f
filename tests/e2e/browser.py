"""What a page did besides showing something, and what a person can do with a keyboard."""

import re
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Request, expect

from releases.demo.options import BASE_DIR

AXE = BASE_DIR / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

SETTLE = """async () => {
  // Colours on their way from one mode to the other are of neither; each that arrives may send on what inherits it.
  do {
    await new Promise(requestAnimationFrame);
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
  } while (document.getAnimations().some(({ playState }) => playState === "running"));
}"""

DECIDED_BY_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe whose answers are others in another mode."""

_UNREACHABLE = re.compile(
    r"WebSocket connection to .* failed|(TypeError: )?Failed to (load resource: net::ERR_|fetch dyn)"
)
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


PATIENCE_SECONDS = 30


class Watch:
    """Notes what a page must not do: complain, break, or ask another host for anything.

    `hosts` are those that it may ask: its own, and one that it leads people to.

    `answers` are the statuses of refusals that belong to the test: Chromium writes each refusal to the console, and
    each connection that could not be made, which belong to a test of what is `unreachable`.
    """

    def __init__(
        self, page: Page, hosts: Collection[str], answers: Collection[int], *, unreachable: bool = False
    ) -> None:
        self.offences: list[str] = []
        self._hosts = hosts
        self._answers = answers
        self._unreachable = unreachable
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)
        page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        # Browsers ask for /favicon.ico by themselves where a page names no other; Django's pages name none.
        if message.type not in ("error", "warning") or message.location["url"].endswith("/favicon.ico"):
            return
        if self._unreachable and _UNREACHABLE.match(message.text):
            return
        refused = _REFUSED.match(message.text)
        if not refused or int(refused[1]) not in self._answers:
            self.offences.append(f"{message.type} in the console: {message.text} ({message.location['url']})")

    def _on_error(self, error: Error) -> None:
        self.offences.append(f"uncaught: {error}")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc not in self._hosts:
            self.offences.append(f"asked another host: {request.url}")


def until(page: Page, holds: str, argument: object = None) -> None:
    """Wait until this function holds in the page. Playwright's own waiting looks by `eval`, which the page's content
    security policy refuses wherever it does not hold at once."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not page.evaluate(holds, argument):
        if time.monotonic() > deadline:
            raise AssertionError(f"This never held: {holds}")
        page.wait_for_timeout(50)


def tab_to(page: Page, target: Locator, *, key: str = "Tab") -> None:
    """Press the key until the target has the focus, as somebody without a mouse does."""
    passed = []
    for _ in range(60):
        page.keyboard.press(key)
        if target.evaluate("element => element === document.activeElement"):
            return
        passed.append(page.evaluate("document.activeElement.textContent || document.activeElement.tagName"))
    raise AssertionError(f"{key} does not lead to {target}, but to {passed}")


def barriers(page: Page) -> list[str]:
    """What axe finds to hinder people on a page of the app as it stands now, in dark and in light."""
    # A page behind another is drawn once a second.
    page.bring_to_front()
    _turn(page, "dark")
    in_dark = found_by_axe(page)
    _turn(page, "light")
    in_light = found_by_axe(page, runOnly=DECIDED_BY_COLOURS)
    return [f"dark: {found}" for found in in_dark] + [f"light: {found}" for found in in_light]


def _turn(page: Page, colours: Literal["dark", "light"]) -> None:
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    expect(page.locator("html")).to_have_class(colours)
    page.evaluate(SETTLE)


def found_by_axe(page: Page, **options: Any) -> list[str]:
    """Options are those of `axe.run`."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(
        "options => axe.run(options).then(result => result.violations)", {"resultTypes": ["violations"], **options}
    )
    return [f"{rule['id']}: {node['html']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def scrolls_sideways(page: Page) -> bool:
    width, shown = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return bool(width > shown)


def screenshot(page: Page, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
