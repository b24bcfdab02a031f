"""15,000 entities in a real browser: how soon they can be used, what holds their page up, what patches do to it.

A portal stands for itself, with one big release in place of Temporal (`big_portal`). The page measures itself: its own
entries of long tasks, by its own clock (`big_tree.js`). A task of less than 50 ms no browser tells of: it counts as 0.
The floor is a page that does the least that one can with the same frames (`big_bare.html`); what needs no frames has
none, since a page that does nothing has no long tasks.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from tests.bench.big_release import ENTITIES, RELEASE_ID
from tests.bench.chromium import Browser, Tab, chromium
from tests.bench.table import Measure
from tests.live_server import VIEWER, LiveServer, live_server, make_database

LOADS, ROUNDS = 5, 3
USABLE_MS, LONG_TASK_MS, MOVED_PX = 2000.0, 50.0, 1.0

PATCHES_A_SECOND, PATCH_SECONDS = 20, 10.0

SCREEN_PX = 800

SCRIPT = (Path(__file__).parent / "big_tree.js").read_text()
PAGE = f"/releases/{RELEASE_ID}"
VIEWS = {"tree": PAGE}
BARE = f"/bench/bare#{RELEASE_ID}"

APP = '[role="treeitem"]:not([aria-expanded])'
ROW = '[role="tree"] [role="treeitem"][tabindex="0"]'


@dataclass(frozen=True, slots=True)
class Stand:
    portal: LiveServer
    browser: Browser
    cookies: dict[str, str]

    def tab(self) -> AbstractAsyncContextManager[Tab]:
        return self.browser.tab(self.cookies, SCRIPT)


@asynccontextmanager
async def stand(directory: Path, people: Path) -> AsyncIterator[Stand]:
    """A portal with the big release and a browser, both writing to the directory alone."""
    application = "tests.bench.big_portal:application"
    with live_server(directory / "portal", people, application=application, LOG_LEVEL="WARNING") as portal:
        async with chromium(directory / "chromium", portal.url) as browser:
            yield Stand(portal, browser, await asyncio.to_thread(portal.session, VIEWER))


async def measure() -> list[Measure]:
    with TemporaryDirectory() as name:
        people = await asyncio.to_thread(make_database, Path(name) / "people.sqlite3")
        async with stand(Path(name), people) as where:
            loads = await _loads(where)
            return [*loads, *await _actions(where), *await _patches(where), _load_average()]


def _load_average() -> Measure:
    return Measure(f"load average beside {os.cpu_count()} processors", os.getloadavg()[0], "")


# How soon a view can be used


@dataclass(frozen=True, slots=True)
class Load:
    usable_ms: float
    longest_task_ms: float


async def _loads(stand: Stand) -> list[Measure]:
    pages = {**VIEWS, "bare": BARE}
    loads: dict[str, list[Load]] = {name: [] for name in pages}
    # The first of each fills the browser's caches.
    for round_number in range(LOADS + 1):
        for name, path in pages.items():
            async with stand.tab() as tab:
                load = await _load(tab, path)
            if round_number:
                loads[name].append(load)
    return [measure for name in VIEWS for measure in _load_measures(name, loads[name], loads["bare"])]


def _load_measures(view: str, ours: list[Load], floor: list[Load]) -> list[Measure]:
    usable, usable_floor = ([load.usable_ms for load in loads] for loads in (ours, floor))
    tasks, tasks_floor = ([load.longest_task_ms for load in loads] for loads in (ours, floor))
    name = f"{view}: usable after {ENTITIES:,} entities arrived"
    return [
        Measure(f"{name}, median", median(usable), "ms", bar=USABLE_MS),
        Measure(f"{name}, worst", max(usable), "ms", bar=USABLE_MS),
        Measure(f"{name}, beside a bare page", median(usable), "ms", median(usable_floor)),
        Measure(f"{view}: longest task of loading, median", median(tasks), "ms", median(tasks_floor) or None),
    ]


async def _load(tab: Tab, path: str) -> Load:
    """Open the page, and press a key as soon as there is what it moves."""
    await tab.open(path)
    await tab.evaluate(f"bench.until(() => document.querySelector('{ROW}'))")
    await tab.evaluate(f"(bench.first = document.querySelector('{ROW}')).focus()")
    await tab.press("ArrowDown")
    answered_at = await tab.evaluate("bench.until(() => document.activeElement !== bench.first)")
    # Whatever else is on its way belongs to the load as well.
    await asyncio.sleep(1)
    return Load(answered_at - await tab.evaluate("bench.arrivedAt()"), await tab.evaluate("bench.longestTask()"))


# What one does on the page


async def _actions(stand: Stand) -> list[Measure]:
    longest: dict[str, list[float]] = {name: [] for name in ACTIONS}
    for _ in range(ROUNDS):
        async with stand.tab() as tab:
            await _load(tab, PAGE)
            for name, act in ACTIONS.items():
                await act(tab)
                longest[name].append(await tab.evaluate("bench.longestTask()"))
    return [measure for name, tasks in longest.items() for measure in _long_tasks(f"tree: {name}", tasks)]


def _long_tasks(name: str, longest: list[float]) -> list[Measure]:
    return [
        Measure(f"{name}, longest task, median", median(longest), "ms", bar=LONG_TASK_MS),
        Measure(f"{name}, longest task, worst", max(longest), "ms"),
    ]


async def _click(tab: Tab, name: str) -> None:
    """Click the button or the link that begins so, as a mouse does."""
    await tab.evaluate(f"bench.until(() => bench.placeOf('{name}'))")
    at = await tab.evaluate(f"bench.placeOf('{name}')")
    await tab.click(at["x"], at["y"])
    await tab.evaluate("bench.until(() => true)")


async def _open_to(tab: Tab, level: str) -> None:
    await _click(tab, "Down to")
    await _click(tab, level)


async def _scroll_through(tab: Tab) -> None:
    """By the wheel, a screen at a time, from the top of the page to its end."""
    await tab.evaluate("scrollTo(0, 0)")
    height: int = await tab.evaluate("document.documentElement.scrollHeight")
    for _ in range(height // SCREEN_PX + 1):
        await tab.wheel(SCREEN_PX)


async def _end_and_home(tab: Tab) -> None:
    await tab.evaluate(f"document.querySelector('{ROW}').focus()")
    for key in ("Home", "End", "Home", "End", "Home"):
        await tab.press(key)
        await tab.evaluate("bench.until(() => true)")


async def _jump(tab: Tab) -> None:
    """As with the scroll bar, to and fro."""
    for part in (0.5, 0.1, 0.9, 0.3, 0.7, 0):
        await tab.evaluate(f"scrollTo(0, {part} * document.documentElement.scrollHeight)")
        await tab.evaluate("bench.until(() => true)")


async def _filter(tab: Tab) -> None:
    """Type what each cluster has one of, and wait until it is found; then look at everything again."""
    await tab.evaluate("document.querySelector('input[type=search]').focus()")
    await tab.type("payments-api")
    await tab.evaluate("bench.until(() => document.body.textContent.includes(' match'))")
    await _click(tab, "Clear filter")


async def _failures_only(tab: Tab) -> None:
    await _click(tab, "Failures only")
    await _click(tab, "Failures only")


ACTIONS: dict[str, Callable[[Tab], Awaitable[None]]] = {
    "expand all": lambda tab: _click(tab, "Expand all"),
    "scroll through all by the wheel": _scroll_through,
    "End and Home": _end_and_home,
    "jump by the scroll bar": _jump,
    "collapse all": lambda tab: _click(tab, "Collapse all"),
    "expand down to bundles": lambda tab: _open_to(tab, "Bundles"),
    "type a filter, and clear it": _filter,
    "failures only, and all again": _failures_only,
}
"""In this order, each from where the one before has left the page."""


# What patches do to it


async def _patches(stand: Stand) -> list[Measure]:
    ours, floor = [], []
    for _ in range(ROUNDS):
        async with stand.tab() as tab:
            ours.append(await tree_patched(stand, tab, PATCH_SECONDS))
        async with stand.tab() as tab:
            await _load(tab, BARE)
            floor.append(await _patched(stand, tab, PATCH_SECONDS))
    name = f"tree: {PATCHES_A_SECOND} patches a second"
    worst = {part: max(patched[part] for patched in ours) for part in ours[0]}
    dropped, least = (median(patched["dropped"] for patched in of) for of in (ours, floor))
    return [
        *_long_tasks(name, [patched["longest_task"] for patched in ours]),
        Measure(f"{name}, frames dropped in {PATCH_SECONDS:g} s", dropped, "", least or None),
        Measure(f"{name}, topmost row in sight moved by, worst", worst["moved"], "px", bar=MOVED_PX),
        Measure(f"{name}, frames without the focus or the choice, worst", worst["lost"], "", bar=0),
        Measure(f"{name}, patches not applied, worst", worst["missed"], "", bar=0),
        Measure(f"{name}, rows that say otherwise than the server, worst", worst["wrong"], "", bar=0),
    ]


async def tree_patched(stand: Stand, tab: Tab, seconds: float) -> dict[str, float]:
    """What patches do to a tree that is all open, scrolled to its middle, with an entity chosen there that has the
    focus."""
    await _load(tab, PAGE)
    await _click(tab, "Expand all")
    await _choose_in_the_middle(tab)
    return await _patched(stand, tab, seconds)


async def _choose_in_the_middle(tab: Tab) -> None:
    """Scroll to where things change, and click an app there."""
    await tab.evaluate("scrollTo(0, 0.5 * document.documentElement.scrollHeight)")
    await tab.evaluate(f"bench.until(() => bench.middleOf('{APP}'))")
    at = await tab.evaluate(f"bench.middleOf('{APP}')")
    await tab.click(at["x"], at["y"])
    await tab.evaluate("bench.longestTask()")


async def _patched(stand: Stand, tab: Tab, seconds: float) -> dict[str, float]:
    """What happens to the page meanwhile, by name."""
    before = await tab.evaluate("bench.told")
    await tab.evaluate("bench.watch()")
    given = {"seconds": seconds, "a_second": PATCHES_A_SECOND}
    told = (await asyncio.to_thread(stand.portal.post, f"/bench/patches?{urlencode(given)}", None)).json()
    await tab.evaluate(f"bench.until(() => bench.told.version === {told['version']})")
    seen = await tab.evaluate("bench.stop()")
    longest = await tab.evaluate("bench.longestTask()")
    after = await tab.evaluate("bench.told")
    return {
        **{name: seen[name] for name in ("dropped", "moved", "lost")},
        "longest_task": longest,
        "missed": told["patches"] - (after["patches"] - before["patches"]) + after["resyncs"],
        "wrong": await _wrong_rows(stand, tab),
    }


async def _wrong_rows(stand: Stand, tab: Tab) -> int:
    """How many of the rows that are drawn do not show the state and version that the server knows."""
    token = await asyncio.to_thread(stand.portal.token, VIEWER)
    answer = await asyncio.to_thread(stand.portal.get, f"/api/releases/{RELEASE_ID}/hierarchy/", token=token)
    known = {entity["path"]: entity for entity in _walk(answer.json())}
    rows = await tab.evaluate("bench.rows()")
    return sum(not _says(text, known.get(key)) for key, text in rows)


def _walk(entity: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield entity
    for holds in ("waves", "clusters", "bundles", "apps"):
        for child in entity.get(holds, ()):
            yield from _walk(child)


def _says(text: str, entity: dict[str, Any] | None) -> bool:
    return entity is not None and all(word in text for word in (entity["state"], entity.get("version") or ""))
