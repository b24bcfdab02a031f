"""The board: every app of a release at a glance, and the way from there into the tree."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import barriers, scrolls_sideways, tab_to
from tests.e2e.conftest import Visit
from tests.e2e.samples import CRASH, Sample, moving
from tests.e2e.stack import Stack

NAME = "payments-2025.11"
PATH = f"/releases/release:{NAME}?view=board"
FAILED = f"wave:{NAME}-world/cluster:{NAME}-europe/bundle:{NAME}-europe-core/app:{NAME}-europe-payouts"
SAID_OF_FAILED = f"payouts, failed, 2.4.1, {CRASH}"

ZOOMS = ["names", "glyphs", "dots"]
each_zoom = pytest.mark.parametrize("zoom", ZOOMS)


def visit_board(visit: Visit, path: str = PATH, **options: object) -> Page:
    page = visit(path, **options)
    expect(page.get_by_role("grid").first).to_be_visible()
    return page


def card(page: Page, cluster: str) -> Locator:
    return page.get_by_role("grid", name=f"Cluster {cluster}", exact=True)


def cell(page: Page, said: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("gridcell").get_by_role("link", name=said, exact=isinstance(said, str))


def colour_of(page: Page, cluster: str, phase: str) -> str:
    """In which colour a card paints what is in a phase."""
    path = card(page, cluster).locator(f"path[data-phase={phase}]").first
    colour: str = path.evaluate("path => getComputedStyle(path).fill")
    return colour


def test_the_view_switch_leads_to_the_board_and_an_app_there_into_the_tree(visit: Visit) -> None:
    page = visit(f"/releases/release:{NAME}")
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Board").click()
    expect(page).to_have_url(re.compile(r"\?view=board$"))
    expect(page.get_by_role("heading", level=2)).to_have_text(["Wave 1 canary", "Wave 2 world"])
    expect(card(page, "europe")).to_contain_text("2 apps")

    cell(page, SAID_OF_FAILED).click()

    expect(page).to_have_url(re.compile(rf"\?entity={FAILED}$"))
    expect(page.get_by_role("tree")).to_be_visible()
    expect(page.get_by_role("complementary")).to_contain_text("europe-payouts")
    page.go_back()
    expect(cell(page, SAID_OF_FAILED)).to_be_focused()


@each_zoom
def test_the_failed_app_is_found_at_a_glance_at_each_zoom(visit: Visit, zoom: str) -> None:
    page = visit_board(visit, f"{PATH}&zoom={zoom}")
    expect(card(page, "europe").locator(".rollup-count[data-phase=failed]")).to_have_text("1")
    if zoom != "names":
        assert colour_of(page, "europe", "failed") != colour_of(page, "europe", "succeeded")
    page.get_by_role("button", name="Next failure").click()
    expect(cell(page, SAID_OF_FAILED)).to_be_focused()
    tip = page.get_by_role("tooltip")
    expect(tip).to_contain_text(CRASH)
    expect(tip).to_contain_text("world › europe › core")


@each_zoom
def test_pointing_tells_and_a_click_leads_on_where_cells_are_only_painted(visit: Visit, zoom: str) -> None:
    page = visit_board(visit, f"{PATH}&zoom={zoom}")
    # The last cell of the card, wherever it is painted.
    cell(page, re.compile("^europe, cluster")).focus()
    page.keyboard.press("Control+End")
    box = cell(page, SAID_OF_FAILED).bounding_box()
    assert box is not None
    page.keyboard.press("Control+Home")
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_have_count(0)

    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    tip = page.get_by_role("tooltip")
    expect(tip).to_contain_text(CRASH)
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] - 1)
    tip.hover()
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)

    page.mouse.click(*middle)
    expect(page).to_have_url(re.compile(rf"entity={FAILED}$"))


@each_zoom
def test_the_way_to_an_app_and_into_the_tree_goes_by_keyboard_alone(visit: Visit, zoom: str) -> None:
    page = visit_board(visit, f"{PATH}&zoom={zoom}")
    tab_to(page, cell(page, re.compile("^canary, cluster")))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Wave 2 world")).to_be_focused()
    tab_to(page, cell(page, re.compile("^europe, cluster")))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Control+End")
    expect(cell(page, SAID_OF_FAILED)).to_be_focused()
    expect(cell(page, SAID_OF_FAILED)).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(cell(page, re.compile("^america, cluster"))).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(cell(page, SAID_OF_FAILED)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"entity={FAILED}$"))
    expect(page.get_by_role("tree")).to_be_visible()


def test_an_address_shows_a_colleague_the_same(visit: Visit) -> None:
    page = visit_board(visit)
    page.get_by_role("button", name="Glyphs").click()
    expect(page).to_have_url(re.compile(r"view=board&zoom=glyphs$"))
    page = visit_board(visit, f"{PATH}&zoom=glyphs&phase=failed&entity={FAILED}")
    expect(page.get_by_role("button", name="Glyphs")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("What does not match the filter is dimmed.")).to_be_visible()
    expect(card(page, "america")).to_contain_text("0 of 2 match")
    expect(cell(page, SAID_OF_FAILED)).to_have_attribute("data-selected", "")
    expect(page.get_by_role("complementary")).to_contain_text("europe-payouts")


def tell(stack: Stack, release: Sample, entity_id: str, state: str) -> Sample:
    changed = release.with_state(entity_id, state)
    stack.releases.tell(release.id, changed.answers_of_all())
    return changed


@each_zoom
def test_a_change_is_pushed_to_the_board_and_moves_neither_scroll_nor_focus_nor_cells(
    visit: Visit, stack: Stack, zoom: str
) -> None:
    name = f"board-{zoom}"
    release = moving(name)
    stack.releases.start(release)
    page = visit_board(
        visit, f"/releases/release:{name}?view=board&zoom={zoom}", viewport={"width": 800, "height": 420}
    )
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.get_by_role("button", name="Next failure").click()
    expect(cell(page, SAID_OF_FAILED)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Control+End")
    chosen = cell(page, "payouts, pending, 2.4.1")
    expect(chosen).to_be_focused()
    where = "[scrollY, document.activeElement.dataset.key, document.activeElement.getBoundingClientRect().top]"
    before = page.evaluate(where)
    assert before[0] > 0

    release = tell(stack, release, f"app:{name}-america-ledger", "failed")
    expect(card(page, "america").locator(".rollup-count[data-phase=failed]")).to_have_text("1")
    assert page.evaluate(where) == before

    tell(stack, release, f"app:{name}-america-payouts", "deploying")
    expect(cell(page, "payouts, deploying (active), 2.4.1")).to_be_focused()
    assert page.evaluate(where) == before


def test_what_changed_flashes_and_stands_still_for_whoever_asks_for_less_motion(visit: Visit, stack: Stack) -> None:
    name = "board-flash"
    release = moving(name)
    stack.releases.start(release)
    path = f"/releases/release:{name}?view=board&zoom=dots"
    page = visit_board(visit, path)
    calm = visit_board(visit, path, reduced_motion="reduce")
    for shown in (page, calm):
        expect(shown.get_by_text("Live", exact=True)).to_be_visible()
        # A flash is soon over: what is added to the page is noted.
        shown.evaluate("""
            window.flashes = []
            new MutationObserver(changes => changes.forEach(({addedNodes}) => addedNodes.forEach(node => {
                if (node.className === "board-flash") flashes.push(getComputedStyle(node).animationDuration)
            }))).observe(document.body, {subtree: true, childList: true})
        """)
    tell(stack, release, f"app:{name}-america-ledger", "running")
    for shown in (page, calm):
        expect(card(shown, "america").locator("path[data-phase=succeeded]")).to_have_count(1)
        expect(shown.locator(".board-flash")).to_have_count(0)
    assert page.evaluate("flashes") == ["1.2s"]
    assert calm.evaluate("flashes.map(parseFloat)")[0] < 0.001


MISSING = "board-missing"


@pytest.fixture(scope="module", autouse=True)
def release_with_a_bundle_missing(stack: Stack) -> None:
    stack.releases.start(moving(MISSING), own_workflows=True, without={f"bundle:{MISSING}-europe-core"})


def problem_in(visit: Visit, **options: object) -> Page:
    page = visit_board(visit, f"/releases/release:{MISSING}?view=board", **options)
    # On a narrow screen it is not in sight, and not drawn.
    page.get_by_role("button", name="Next failure").click()
    expect(cell(page, re.compile("-europe-core, bundle, unknown, No workflow answers"))).to_be_focused()
    return page


def test_what_can_not_be_read_stands_in_its_place(visit: Visit) -> None:
    page = problem_in(visit)
    expect(page.get_by_role("tooltip")).to_contain_text("No workflow answers")
    expect(card(page, "america")).to_contain_text("2 apps")


def filtered(visit: Visit, **options: object) -> Page:
    return visit_board(visit, f"{PATH}&phase=failed", **options)


def with_its_tooltip(visit: Visit, **options: object) -> Page:
    page = visit_board(visit, f"{PATH}&zoom=dots", **options)
    page.get_by_role("button", name="Next failure").click()
    expect(page.get_by_role("tooltip")).to_be_visible()
    return page


def as_glyphs(visit: Visit, **options: object) -> Page:
    return visit_board(visit, f"{PATH}&zoom=glyphs&only=failures", **options)


boards = pytest.mark.parametrize(
    "board", [filtered, as_glyphs, with_its_tooltip, problem_in], ids=lambda board: board.__name__
)


@boards
def test_axe_finds_no_barrier(visit: Visit, board: Callable[..., Page]) -> None:
    page = board(visit)
    assert barriers(page) == []


@boards
def test_a_narrow_screen_is_not_scrolled_sideways(visit: Visit, board: Callable[..., Page]) -> None:
    page = board(visit, viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    assert not scrolls_sideways(page)
    assert barriers(page) == []


def test_shapes_tell_where_the_readers_own_colours_hold(visit: Visit) -> None:
    page = visit_board(visit, f"{PATH}&zoom=dots", forced_colors="active")
    assert colour_of(page, "europe", "failed") == colour_of(page, "europe", "succeeded")
    drawn = "path => path.getAttribute('d').replace(/^M[0-9.]+ [0-9.]+/, '')"
    shapes = [
        card(page, "europe").locator(f"path[data-phase={phase}]").first.evaluate(drawn)
        for phase in ("failed", "succeeded")
    ]
    assert shapes[0] != shapes[1]


def test_a_large_screen_is_used(visit: Visit) -> None:
    page = visit_board(visit, viewport={"width": 3840, "height": 2160})
    box = page.locator(".board-bands").bounding_box()
    assert box is not None
    assert box["width"] > 3000


@pytest.mark.parametrize("width", [1440, 3840])
def test_nothing_above_the_views_moves_from_one_to_another(visit: Visit, width: int) -> None:
    page = visit(f"/releases/release:{NAME}", viewport={"width": width, "height": 900})
    title = page.get_by_role("heading", level=1)
    brand = page.get_by_role("link", name="Relportal")
    expect(page.get_by_role("tree")).to_be_visible()
    before = [title.bounding_box(), brand.bounding_box()]
    for view, shown in [("Board", page.get_by_role("grid")), ("Timeline", page.get_by_role("tree"))]:
        page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()
        expect(shown.first).to_be_visible()
        assert [title.bounding_box(), brand.bounding_box()] == before, view
    page.get_by_role("navigation", name="You are here").get_by_role("link").click()
    expect(page.get_by_role("table")).to_be_visible()
    assert brand.bounding_box() == before[1]


def left_of(link: Locator) -> bytes:
    """A picture of where a ring around the link is, and nothing else."""
    box = link.bounding_box()
    assert box is not None
    return link.page.screenshot(clip={"x": box["x"] - 4, "y": box["y"], "width": 2, "height": box["height"]})


def test_the_ring_around_a_clusters_name_is_in_sight(visit: Visit) -> None:
    page = visit_board(visit)
    name = card(page, "europe").get_by_role("link", name=re.compile("^europe")).first
    before = left_of(name)
    name.focus()
    assert left_of(name) != before


def test_the_name_of_what_holds_a_wave_up_is_never_cut(visit: Visit, stack: Stack) -> None:
    held = "held-by-what-has-a-long-way-1"
    stack.releases.start(moving(held))
    wave = f"wave:{held}-world"
    page = visit_board(
        visit, f"/releases/release:{held}?view=board&entity={wave}", viewport={"width": 1100, "height": 900}
    )
    expect(page.get_by_role("complementary", name="Details")).to_be_visible()
    trouble = page.locator(".board-wave-trouble").filter(has_text="Held by")
    line = trouble.bounding_box()
    name = trouble.get_by_role("link", name="payouts", exact=True).bounding_box()
    assert line is not None
    assert name is not None
    assert name["x"] + name["width"] <= line["x"] + line["width"] + 1
    assert name["height"] < 1.5 * 16
