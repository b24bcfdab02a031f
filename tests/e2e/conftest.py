"""The stack and the browser, one of each for all browser tests; pages, one or several for each test.

Both end with the last browser test, not with the session: while Playwright runs, its event loop occupies the thread of
the tests, where pytest-asyncio could run nothing and Django refuses its database.
"""

from collections.abc import Callable, Collection, Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from releases.demo.options import BASE_DIR
from tests.e2e.browser import Watch, screenshot
from tests.e2e.people import VIEWER
from tests.e2e.samples import empty, moving
from tests.e2e.stack import Stack

CHROMIUM = "/usr/bin/chromium"

PATIENT_MS = 30_000
"""For what will come: a busy machine makes no test fail."""

QUIET = [
    *("--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-quic"),
]

FAILURES = BASE_DIR / "var" / "e2e"

BATCH = 25
"""Releases called `batch-…`: a page of the list and a bit."""

Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("e2e")


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"))
    try:
        stack.start()
        _start_releases(stack)
        yield stack
    finally:
        stack.stop()


def _start_releases(stack: Stack) -> None:
    """What tests only look at. Those that change something start releases of their own."""
    for number in range(1, BATCH + 1):
        stack.releases.start(empty(f"batch-{number:02}", "pending"))
    stack.releases.start(moving("payments-2025.11"))
    stack.releases.start(moving("checkout-2025.11"), own_workflows=True)
    stack.releases.start(empty("search-2025.11", "completed"))
    stack.releases.complete("release:search-2025.11")
    stack.releases.start(moving("identity-2025.11"))
    stack.releases.terminate("release:identity-2025.11")
    stack.releases.start(empty("ledger-2025.11", "waiting"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.fail(f"The browser tests need {CHROMIUM}; install it (Debian: apt-get install chromium).", pytrace=False)
    expect.set_options(timeout=PATIENT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def context_of(stack: Stack, browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A browser's memory of its own for each person, shared by tests that leave it alone: what is cached loads soon."""
    shared: dict[str, BrowserContext] = {}

    def new(who: str | None, **options: Any) -> BrowserContext:
        context = browser.new_context(base_url=stack.url, **options)
        context.set_default_timeout(PATIENT_MS)
        if who is not None:
            context.add_cookies([{"name": "sessionid", "value": stack.sessions[who], "url": stack.url}])
        return context

    def context_of(who: str | None, *, alone: bool = False, **options: Any) -> BrowserContext:
        if who is None or alone or options:
            return new(who, **options)
        if who not in shared:
            shared[who] = new(who)
        return shared[who]

    yield context_of
    for context in shared.values():
        context.close()


@pytest.fixture
def visit(stack: Stack, context_of: Callable[..., BrowserContext], request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Opens an address of the portal as somebody who is signed in, or as nobody.

    At the test's end nothing may stand in a console, and nothing may have been asked of another host; `answers` are
    the statuses of the refusals that the test brings about, `unreachable` lets connections fail. `before` is done to
    the page before it goes there. `alone` keeps what the test does to the browser's cookies and memory from other
    tests. A path may be an address of another portal, with its `hosts`. Other options are those of Playwright's
    `new_context`.
    """
    opened: list[tuple[Page, Watch]] = []

    def visit(
        path: str,
        who: str | None = VIEWER,
        *,
        answers: Collection[int] = (),
        hosts: Collection[str] = (),
        unreachable: bool = False,
        before: Callable[[Page], None] | None = None,
        **options: Any,
    ) -> Page:
        page = context_of(who, **options).new_page()
        opened.append((page, Watch(page, hosts or [urlsplit(stack.url).netloc], answers, unreachable=unreachable)))
        if before is not None:
            before(page)
        page.goto(path)
        return page

    yield visit
    _report_failure(request.node, [page for page, _ in opened], stack)
    for page, _ in opened:
        page.close()
    assert [offence for _, watch in opened for offence in watch.offences] == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


_FAILED = pytest.StashKey[bool]()


def _report_failure(item: pytest.Item, pages: list[Page], stack: Stack) -> None:
    if not item.stash.get(_FAILED, False):
        return
    for number, page in enumerate(pages, start=1):
        path = FAILURES / f"{item.name}-{number}.png"
        screenshot(page, path)
        item.add_report_section("teardown", "page", f"{page.url} looked like {path}")
    item.add_report_section("teardown", "logs", stack.last_words())
