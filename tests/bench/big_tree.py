"""15,000 entities in a real browser: how soon they can be used, what holds their page up, what patches do to it.

A portal stands for itself, with one big release in place of Temporal (`big_portal`). The page measures itself: its own
entries of long tasks, by its own clock (`big_tree.js`). A task of less than 50 ms no browser tells of: it counts as 0.
The floor is a page that does the least that one can with the same frames (`big_bare.html`); what needs no frames has
none, since a page that does nothing has no long tasks.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from tests.bench.big_release import ENTITIES, RELEASE_ID
from tests.bench.big_views import ROW, VIEWS, View, choose_app, leave_alone
from tests.bench.chromium import Browser, Tab, chromium
from tests.bench.table import Measure
from tests.live_server import VIEWER, LiveServer, live_server, make_database

LOADS, ROUNDS = 5, 3
USABLE_MS, LONG_TASK_MS, MOVED_PX = 2000.0, 50.0, 1.0

PATCHES_A_SECOND, PATCH_SECONDS = 20, 10.0

SCRIPT = (Path(__file__).parent / "big_tree.js").read_text()
BARE = View(f"/bench/bare#{RELEASE_ID}", ROW, leave_alone, choose_app, {})

Patched = dict[str, float]
"""What patches did to a page, by name."""


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
            return [*loads, *await _acts(where), *await _patches(where), _load_average()]


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
        for name, view in pages.items():
            async with stand.tab() as tab:
                load = await _load(tab, view)
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


async def _load(tab: Tab, view: View) -> Load:
    """Open the page, and press a key as soon as there is what it moves."""
    await tab.open(view.path)
    await tab.evaluate(f"bench.until(() => document.querySelector('{view.stop}'))")
    await tab.evaluate(f"(bench.first = document.querySelector('{view.stop}')).focus()")
    await tab.press("ArrowDown")
    answered_at = await tab.evaluate("bench.until(() => document.activeElement !== bench.first)")
    # Whatever else is on its way belongs to the load as well.
    await asyncio.sleep(1)
    return Load(answered_at - await tab.evaluate("bench.arrivedAt()"), await tab.evaluate("bench.longestTask()"))


# What one does on the page


async def _acts(stand: Stand) -> list[Measure]:
    return [measure for name, view in VIEWS.items() for measure in await _acts_in(stand, name, view)]


async def _acts_in(stand: Stand, view_name: str, view: View) -> list[Measure]:
    longest: dict[str, list[float]] = {name: [] for name in view.acts}
    for _ in range(ROUNDS):
        async with stand.tab() as tab:
            await _load(tab, view)
            for name, act in view.acts.items():
                await act(tab)
                longest[name].append(await tab.evaluate("bench.longestTask()"))
    return [measure for name, tasks in longest.items() for measure in _long_tasks(f"{view_name}: {name}", tasks)]


def _long_tasks(name: str, longest: list[float]) -> list[Measure]:
    return [
        Measure(f"{name}, longest task, median", median(longest), "ms", bar=LONG_TASK_MS),
        Measure(f"{name}, longest task, worst", max(longest), "ms"),
    ]


# What patches do to it


async def _patches(stand: Stand) -> list[Measure]:
    views = {**VIEWS, "bare": BARE}
    happened: dict[str, list[Patched]] = {name: [] for name in views}
    for _ in range(ROUNDS):
        for name, view in views.items():
            async with stand.tab() as tab:
                happened[name].append(await patched(stand, tab, view, PATCH_SECONDS))
    return [measure for name in VIEWS for measure in _patch_measures(name, happened[name], happened["bare"])]


def _patch_measures(view: str, ours: list[Patched], floor: list[Patched]) -> list[Measure]:
    name = f"{view}: {PATCHES_A_SECOND} patches a second"
    worst = {part: max(each[part] for each in ours) for part in ours[0]}
    dropped, least = (median(each["dropped"] for each in of) for of in (ours, floor))
    return [
        *_long_tasks(name, [each["longest_task"] for each in ours]),
        Measure(f"{name}, frames dropped in {PATCH_SECONDS:g} s", dropped, "", least or None),
        Measure(f"{name}, topmost row in sight moved by, worst", worst["moved"], "px", bar=MOVED_PX),
        Measure(f"{name}, frames without the focus or the choice, worst", worst["lost"], "", bar=0),
        Measure(f"{name}, patches not applied, worst", worst["missed"], "", bar=0),
        Measure(f"{name}, rows that show another state than the server's, worst", worst["wrong"], "", bar=0),
    ]


async def patched(stand: Stand, tab: Tab, view: View, seconds: float) -> Patched:
    """What patches do to a view of all that there is, scrolled to where things change, with an entity chosen there
    that has the focus."""
    await _load(tab, view)
    await view.unfold(tab)
    await tab.evaluate("scrollTo(0, 0.5 * document.documentElement.scrollHeight)")
    await view.choose(tab)
    await tab.evaluate("bench.longestTask()")
    return await _while_patched(stand, tab, seconds)


async def _while_patched(stand: Stand, tab: Tab, seconds: float) -> Patched:
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
    """How many of the rows that are drawn do not show the phase that the server knows."""
    token = await asyncio.to_thread(stand.portal.token, VIEWER)
    answer = await asyncio.to_thread(stand.portal.get, f"/api/releases/{RELEASE_ID}/hierarchy/", token=token)
    known = {entity["path"]: entity for entity in _walk(answer.json())}
    phases = await tab.evaluate("bench.phases()")
    return sum(known.get(key, {}).get("phase") != phase for key, phase in phases)


def _walk(entity: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield entity
    for holds in ("waves", "clusters", "bundles", "apps"):
        for child in entity.get(holds, ()):
            yield from _walk(child)
