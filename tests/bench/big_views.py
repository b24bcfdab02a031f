"""The views of a big release, and what one does there: as much with a mouse and a keyboard as one can."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tests.bench.big_release import RELEASE_ID
from tests.bench.chromium import Tab

PAGE = f"/releases/{RELEASE_ID}"

SCREEN_PX = 800

Act = Callable[[Tab], Awaitable[None]]


async def leave_alone(tab: Tab) -> None:
    pass


ROW = '[role="treeitem"][tabindex="0"]'
CELL = '[role="grid"] a[tabindex="0"]'
APP = '[role="treeitem"]:not([aria-expanded])'


@dataclass(frozen=True, slots=True)
class View:
    """`stop` is a selector of what the Tab key leads to and ArrowDown moves; `unfold` shows all that there is; `choose`
    gives something in the middle of the window the focus; the acts are done in order, each on the page as the one
    before has left it."""

    path: str
    stop: str
    unfold: Act
    choose: Act
    acts: Mapping[str, Act]


async def click(tab: Tab, name: str) -> None:
    """Click the button or the link that begins so, as a mouse does."""
    await tab.evaluate(f"bench.until(() => bench.placeOf('{name}'))")
    at = await tab.evaluate(f"bench.placeOf('{name}')")
    await tab.click(at["x"], at["y"])
    await tab.evaluate("bench.until(() => true)")


async def choose_app(tab: Tab) -> None:
    """Click an app, which has it chosen as well."""
    await tab.evaluate(f"bench.until(() => bench.middleOf('{APP}'))")
    at = await tab.evaluate(f"bench.middleOf('{APP}')")
    await tab.click(at["x"], at["y"])


async def enter_card(tab: Tab) -> None:
    """Go into a cluster's card by keys: a click would lead to the tree."""
    await tab.evaluate(f"bench.until(() => bench.inMiddle('{CELL}'))")
    await tab.evaluate(f"bench.inMiddle('{CELL}').focus()")
    for _ in range(3):
        await tab.press("ArrowRight")
        await tab.evaluate("bench.until(() => true)")


async def open_to(tab: Tab, level: str) -> None:
    await click(tab, "Down to")
    await click(tab, level)


async def scroll_through(tab: Tab) -> None:
    """By the wheel, a screen at a time, from the top of the page to its end."""
    await tab.evaluate("scrollTo(0, 0)")
    height: int = await tab.evaluate("document.documentElement.scrollHeight")
    for _ in range(height // SCREEN_PX + 1):
        await tab.wheel(SCREEN_PX)


async def end_and_home(tab: Tab) -> None:
    await tab.evaluate(f"document.querySelector('{ROW}').focus()")
    for key in ("Home", "End", "Home", "End", "Home"):
        await tab.press(key)
        await tab.evaluate("bench.until(() => true)")


async def jump(tab: Tab) -> None:
    """As with the scroll bar, to and fro."""
    for part in (0.5, 0.1, 0.9, 0.3, 0.7, 0):
        await tab.evaluate(f"scrollTo(0, {part} * document.documentElement.scrollHeight)")
        await tab.evaluate("bench.until(() => true)")


async def filter_by_text(tab: Tab) -> None:
    """Type what each cluster has one of, and wait until it is found; then look at everything again."""
    await tab.evaluate("document.querySelector('input[type=search]').focus()")
    await tab.type("payments-api")
    await tab.evaluate("bench.until(() => document.body.textContent.includes(' match'))")
    await click(tab, "Clear filter")


async def to_view_and_back(tab: Tab, name: str) -> None:
    for view in (name, "Tree"):
        await click(tab, view)
        await tab.evaluate(f"bench.until(() => bench.viewIs('{view}'))")


async def zooms_of_board(tab: Tab) -> None:
    for each in ("Glyphs", "Names", "Dots"):
        await click(tab, each)


async def next_failures(tab: Tab) -> None:
    for _ in range(5):
        await click(tab, "Next failure")


async def zoom(tab: Tab) -> None:
    await tab.evaluate(f"document.querySelector('{ROW}').focus()")
    for key in "+++++---+0":
        await tab.type(key)
        await tab.evaluate("bench.until(() => true)")


async def failures_only(tab: Tab) -> None:
    await click(tab, "Failures only")
    await click(tab, "Failures only")


VIEWS = {
    "tree": View(
        PAGE,
        ROW,
        lambda tab: click(tab, "Expand all"),
        choose_app,
        {
            "expand all": lambda tab: click(tab, "Expand all"),
            "scroll through all by the wheel": scroll_through,
            "End and Home": end_and_home,
            "jump by the scroll bar": jump,
            "collapse all": lambda tab: click(tab, "Collapse all"),
            "expand down to bundles": lambda tab: open_to(tab, "Bundles"),
            "type a filter, and clear it": filter_by_text,
            "failures only, and all again": failures_only,
            "to the timeline and back": lambda tab: to_view_and_back(tab, "Timeline"),
        },
    ),
    "timeline": View(
        f"{PAGE}?view=timeline",
        ROW,
        lambda tab: open_to(tab, "Apps"),
        choose_app,
        {
            "open down to apps": lambda tab: open_to(tab, "Apps"),
            "scroll through all by the wheel": scroll_through,
            "End and Home": end_and_home,
            "jump by the scroll bar": jump,
            "zoom in and out": zoom,
            "open down to clusters": lambda tab: open_to(tab, "Clusters"),
        },
    ),
    "board": View(
        f"{PAGE}?view=board",
        CELL,
        leave_alone,
        enter_card,
        {
            "scroll through all by the wheel": scroll_through,
            "jump by the scroll bar": jump,
            "glyphs, names, and dots again": zooms_of_board,
            "go to the next failures": next_failures,
        },
    ),
}
