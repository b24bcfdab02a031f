"""The tree and the details of what it shows: found, chosen, sent to somebody, on any screen."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import barriers, scrolls_sideways, until
from tests.e2e.conftest import Visit
from tests.e2e.samples import CRASH, moving
from tests.e2e.stack import Stack
from tests.e2e.test_accessibility import PHONE
from tests.e2e.test_release import arrow, line, visit_whole

NAME = "checkout-2025.11"
EUROPE = f"wave:{NAME}-world/cluster:{NAME}-europe"
PAYOUTS = f"{EUROPE}/bundle:{NAME}-europe-core/app:{NAME}-europe-payouts"
RELEASE = f"/releases/release:{NAME}"


def details(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Details")


def title(of: Locator) -> Locator:
    return of.get_by_role("heading", level=2)


def find_box(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Find in this release")


# What the mouse does


def test_a_click_shows_the_details_and_the_arrow_opens_and_closes(visit: Visit) -> None:
    page = visit_whole(visit, NAME)
    world = line(page, f"wave:{NAME}-world")
    arrow(world).click()
    expect(world).to_have_attribute("aria-expanded", "false")
    expect(details(page)).to_have_count(0)
    world.click()
    expect(title(details(page))).to_have_text("world")
    expect(world).to_have_attribute("aria-expanded", "false")
    expect(world).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(details(page)).to_have_count(0)


def test_a_double_click_opens_and_closes_as_well(visit: Visit) -> None:
    page = visit_whole(visit, NAME)
    canary = line(page, f"wave:{NAME}-canary")
    canary.get_by_text("canary", exact=True).first.dblclick()
    expect(canary).to_have_attribute("aria-expanded", "false")
    expect(title(details(page))).to_have_text("canary")


# What is sent to somebody


def test_an_address_leads_to_an_entity_however_deep_and_says_all_of_it(visit: Visit) -> None:
    page = visit(f"{RELEASE}?entity={PAYOUTS}", viewport={"width": 1280, "height": 500})
    payouts = line(page, f"app:{NAME}-europe-payouts")
    expect(payouts).to_be_focused()
    expect(payouts).to_be_in_viewport(ratio=1)
    expect(payouts).to_have_attribute("aria-selected", "true")
    expect(details(page).get_by_role("region", name="Message")).to_have_text(CRASH)
    expect(details(page)).to_contain_text("2.4.1")
    path = details(page).get_by_role("navigation", name="Path")
    assert path.get_by_role("link").all_text_contents() == [NAME, "world", "europe", "core"]
    path.get_by_role("link", name="europe").click()
    expect(page).to_have_url(re.compile(re.escape(f"?entity={EUROPE}") + "$"))
    expect(title(details(page))).to_be_focused()


def test_an_address_of_what_is_not_there_says_so_and_leads_on(visit: Visit) -> None:
    page = visit(f"{RELEASE}?entity={EUROPE}/bundle:gone")
    expect(details(page)).to_contain_text("This release does not hold it")
    details(page).get_by_role("link", name="europe").click()
    expect(title(details(page))).to_have_text("europe")
    details(page).get_by_role("button", name="Close").click()
    expect(page).to_have_url(re.compile(re.escape(RELEASE) + "$"))


def test_a_filter_is_sent_with_the_address(visit: Visit) -> None:
    page = visit_whole(visit, NAME)
    find_box(page).fill("payouts")
    page.get_by_role("button", name=re.compile("^failed")).click()
    expect(page.get_by_role("status").filter(has_text="match")).to_have_text("1 of 15 match")
    expect(page).to_have_url(re.compile(r"\?text=payouts&phase=failed$"))
    there = visit(page.url)
    expect(line(there, f"app:{NAME}-europe-payouts")).to_be_visible()
    expect(line(there, f"app:{NAME}-europe-ledger")).to_have_count(0)
    expect(find_box(there)).to_have_value("payouts")
    there.get_by_role("button", name="Clear filter").click()
    expect(line(there, f"app:{NAME}-europe-ledger")).to_be_visible()
    expect(there).to_have_url(re.compile(re.escape(RELEASE) + "$"))


def test_a_filter_that_leaves_nothing_says_so_and_lets_all_be_seen_again(visit: Visit) -> None:
    page = visit(f"{RELEASE}?text=no-such-app")
    expect(page.get_by_text("Nothing in this release matches.")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(line(page, f"app:{NAME}-europe-payouts")).to_be_visible()


# What the keyboard does


def test_typing_goes_to_the_line_that_begins_so(visit: Visit) -> None:
    page = visit_whole(visit, NAME)
    line(page, f"release:{NAME}").focus()
    page.keyboard.type("eur")
    expect(line(page, f"cluster:{NAME}-europe")).to_be_focused()
    page.keyboard.press("/")
    expect(find_box(page)).to_be_focused()


def test_the_line_with_the_focus_is_never_behind_the_bar(visit: Visit) -> None:
    page = visit(RELEASE, viewport={"width": 700, "height": 520})
    line(page, f"release:{NAME}").focus()
    page.keyboard.press("End")
    last = line(page, f"app:{NAME}-america-payouts")
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport(ratio=1)
    views = page.get_by_role("navigation", name="Views")
    for _ in range(14):
        page.keyboard.press("ArrowUp")
    expect(line(page, f"release:{NAME}")).to_be_focused()
    expect(line(page, f"release:{NAME}")).to_be_in_viewport(ratio=1)
    page.keyboard.press("End")
    for _ in range(5):
        page.keyboard.press("ArrowUp")
        # Whatever lies over the line's middle is what one sees there.
        until(page, SEEN)
    expect(views).to_be_in_viewport()


SEEN = """() => {
  const line = document.activeElement;
  const { left, width, top, bottom } = line.getBoundingClientRect();
  return [top + 1, bottom - 1].every((y) => line.contains(document.elementFromPoint(left + width / 2, y)));
}"""


# What happens meanwhile


def test_the_details_change_with_what_they_are_of(visit: Visit, stack: Stack) -> None:
    name = "watched-closely"
    sample = moving(name)
    stack.releases.start(sample)
    app = f"app:{name}-america-ledger"
    way = f"wave:{name}-world/cluster:{name}-america/bundle:{name}-america-core/{app}"
    page = visit(f"/releases/release:{name}?entity={way}")
    expect(details(page)).to_contain_text("deploying")
    stack.releases.tell(sample.id, sample.with_state(app, "running").answers_of_all())
    expect(details(page)).to_contain_text("running")
    expect(line(page, app)).to_be_focused()
    expect(line(page, app)).to_have_attribute("aria-selected", "true")


# On any screen


@pytest.mark.parametrize("entity", [PAYOUTS, EUROPE, "", "wave:gone"], ids=["app", "cluster", "release", "nothing"])
def test_axe_finds_no_barrier_in_the_details(visit: Visit, entity: str) -> None:
    page = visit(f"{RELEASE}?entity={entity}")
    expect(title(details(page))).to_be_visible()
    expect(page.get_by_role("tree")).to_be_visible()
    assert barriers(page) == []


def test_the_details_cover_a_narrow_screen_without_a_barrier(visit: Visit) -> None:
    page = visit(RELEASE, viewport=PHONE, reduced_motion="reduce")
    payouts = line(page, f"app:{NAME}-europe-payouts")
    payouts.click()
    sheet = page.get_by_role("dialog", name="Details")
    expect(title(sheet)).to_be_focused()
    assert barriers(page) == []
    assert not scrolls_sideways(page)
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(payouts).to_be_focused()
    assert barriers(page) == []


def test_a_narrow_screen_has_the_filter_too(visit: Visit) -> None:
    page = visit(RELEASE, viewport=PHONE)
    page.get_by_role("button", name=re.compile("^failed")).click()
    expect(page.get_by_role("status").filter(has_text="match")).to_have_text("1 of 15 match")
    expect(line(page, f"app:{NAME}-europe-payouts")).to_be_visible()
    assert not scrolls_sideways(page)
