"""The list of releases."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import until
from tests.e2e.conftest import BATCH, Visit
from tests.e2e.people import PAYMENTS
from tests.e2e.samples import CRASH, empty, moving
from tests.e2e.stack import Stack

NAME, STATE, PROGRESS, TROUBLE, STARTED, DURATION = range(6)


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def cell(page: Page, name: str, column: int) -> Locator:
    return row(page, name).get_by_role("cell").nth(column)


def glyph(within: Locator) -> str:
    """The drawing of a state's glyph."""
    return within.locator("svg").inner_html()


HELD_BY = f"Held by wave world › europe › bundle core › payouts: {CRASH}"
"""What is said of a release that is `moving`: an app of it has failed."""


def test_releases_stand_there_with_their_states_in_words_and_glyphs(visit: Visit) -> None:
    page = visit("/releases?search=2025.11")
    for name, state_word, phase_word, status, held_by in [
        ("payments-2025.11", "in_progress", "active", "Running", HELD_BY),
        ("checkout-2025.11", "in_progress", "active", "Running", HELD_BY),
        ("release:search-2025.11", "completed", "succeeded", "Completed", ""),
        ("identity-2025.11", "terminated", "stopped", "Terminated", HELD_BY),
        ("release:ledger-2025.11", "waiting", "pending", "Running", ""),
    ]:
        state = cell(page, name, STATE)
        expect(state).to_have_text(f"{state_word} {phase_word} · {status}", use_inner_text=True)
        expect(cell(page, name, TROUBLE)).to_have_text(held_by)
        assert glyph(state) == glyph(page.get_by_role("button", name=phase_word))


def test_releases_tell_at_which_wave_they_stand_and_how_long_they_took(visit: Visit) -> None:
    page = visit("/releases?search=2025.11")
    expect(cell(page, "payments-2025.11", PROGRESS)).to_contain_text("wave 2 of 2")
    expect(cell(page, "payments-2025.11", DURATION)).to_have_text(re.compile(r"^\d+ .*so far$"))
    expect(cell(page, "identity-2025.11", DURATION)).to_have_text(re.compile(r"^\d+ s.*ended .* ago|just now"))


def test_what_holds_a_release_up_leads_to_it(visit: Visit) -> None:
    page = visit("/releases?search=payments-2025.11")
    cell(page, "payments-2025.11", TROUBLE).get_by_role("link", name="payouts").click()
    expect(page).to_have_url(
        re.compile("/releases/release:payments-2025.11.entity=.*app:payments-2025.11-europe-payouts$")
    )
    expect(page.get_by_role("heading", name="payments-2025.11")).to_be_visible()


def test_phases_can_be_told_apart_by_their_glyphs_alone(visit: Visit) -> None:
    page = visit("/releases")
    phases = page.get_by_role("group", name="Phase").get_by_role("button")
    expect(phases).to_have_count(6)
    assert len({glyph(phase) for phase in phases.all()}) == 6


def test_releases_tell_how_many_of_their_apps_are_how_far(visit: Visit) -> None:
    page = visit("/releases?search=2025.11")
    for name in ("payments-2025.11", "checkout-2025.11"):
        counts = cell(page, name, PROGRESS).get_by_role("img")
        expect(counts).to_have_accessible_name("6 apps: 3 succeeded, 1 active, 1 failed, 1 pending")


def test_bars_are_of_one_length_however_long_the_counts_beside_them_are(visit: Visit) -> None:
    page = visit("/releases?search=2025.11")
    for name in ("payments-2025.11", "identity-2025.11"):
        expect(cell(page, name, PROGRESS).get_by_role("img")).to_be_visible()
    bars = page.locator(".rollup-bar").all()
    assert len({bar.evaluate("bar => bar.getBoundingClientRect().width") for bar in bars}) == 1


def test_a_search_stands_in_the_address_and_comes_back_with_it(visit: Visit) -> None:
    page = visit("/releases")
    page.get_by_role("searchbox").fill("PAYMENTS-2025")
    expect(page).to_have_url(re.compile(r"\?search=PAYMENTS-2025$"))
    expect(page.get_by_text("1 release", exact=True)).to_be_visible()
    expect(row(page, "payments-2025.11")).to_be_visible()
    expect(row(page, "checkout-2025.11")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value("PAYMENTS-2025")
    expect(page.get_by_text("1 release", exact=True)).to_be_visible()


def test_filters_stand_in_the_address_and_can_be_cleared(visit: Visit) -> None:
    page = visit("/releases?search=2025.11")
    page.get_by_role("button", name="active").click()
    expect(page).to_have_url(re.compile(r"phase=active"))
    expect(page.get_by_text("2 releases", exact=True)).to_be_visible()
    page.get_by_role("button", name="active").click()
    page.get_by_role("button", name="Any status").click()
    page.get_by_role("button", name="Terminated").click()
    expect(page).to_have_url(re.compile(r"status=TERMINATED"))
    expect(page.get_by_text("1 release", exact=True)).to_be_visible()
    expect(row(page, "identity-2025.11")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page).to_have_url(re.compile("/releases$"))
    expect(page.get_by_text(f"–20 of {BATCH}")).to_have_count(0)


def test_where_nothing_matches_the_page_says_so(visit: Visit) -> None:
    page = visit("/releases?search=no-such-release")
    expect(page.get_by_role("heading", name="No release matches.")).to_be_visible()


def test_pages_are_turned_and_the_address_tells_which(visit: Visit) -> None:
    page = visit("/releases?search=batch-&ordering=id")
    expect(page.get_by_text(f"1–20 of {BATCH}")).to_be_visible()
    expect(row(page, "release:batch-01")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text(f"21–{BATCH} of {BATCH}")).to_be_visible()
    expect(page).to_have_url(re.compile("page=2"))
    expect(row(page, f"release:batch-{BATCH}")).to_be_visible()
    expect(row(page, "release:batch-01")).to_have_count(0)
    page.go_back()
    expect(page.get_by_text(f"1–20 of {BATCH}")).to_be_visible()


def test_a_page_beyond_the_last_leads_to_the_first(visit: Visit) -> None:
    page = visit("/releases?search=batch-&page=9")
    expect(page.get_by_text(f"{BATCH} releases")).to_be_visible()
    page.get_by_role("button", name="First page").click()
    expect(page.get_by_text(f"1–20 of {BATCH}")).to_be_visible()


def test_the_list_is_ordered_by_its_headings(visit: Visit) -> None:
    page = visit("/releases?search=batch-")
    page.get_by_role("button", name="Release", exact=True).click()
    expect(page).to_have_url(re.compile("ordering=id"))
    expect(page.get_by_role("columnheader", name="Release")).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("row").nth(1)).to_contain_text("release:batch-01")


def test_everybody_sees_the_releases_of_their_roles_only(visit: Visit) -> None:
    page = visit("/releases?search=2025.11", PAYMENTS)
    expect(page.get_by_text("1 release", exact=True)).to_be_visible()
    expect(row(page, "payments-2025.11")).to_be_visible()


def test_a_new_release_and_a_changed_state_appear_without_a_reload(visit: Visit, stack: Stack) -> None:
    page = visit("/releases?search=appearing")
    expect(page.get_by_role("heading", name="No release matches.")).to_be_visible()
    page.evaluate("window.stays = true")
    stack.releases.start(moving("appearing-1"))
    expect(cell(page, "appearing-1", STATE)).to_contain_text("in_progress")
    stack.releases.tell("release:appearing-1", empty("appearing-1", "verifying").answers_of_all())
    expect(cell(page, "release:appearing-1", STATE)).to_contain_text("verifying")
    assert page.evaluate("window.stays")


SHORT = {"width": 1100, "height": 420}
"""A window that eight releases do not fit in."""


def shown_at(page: Page, name: str) -> float:
    """How far below the window's top edge a release's row is."""
    box = row(page, name).bounding_box()
    assert box is not None
    return box["y"]


def scroll_into_the_rows(page: Page, far: int) -> None:
    page.mouse.move(0, 0)
    page.evaluate("far => window.scrollTo(0, far)", far)
    until(page, "() => window.scrollY > 0")


def test_new_releases_are_offered_to_whoever_reads_further_down_and_move_nothing(visit: Visit, stack: Stack) -> None:
    for number in range(1, 9):
        stack.releases.start(empty(f"read-{number}", "deploying"))
    page = visit("/releases?search=read-", viewport=SHORT)
    expect(page.get_by_text("8 releases", exact=True)).to_be_visible()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    scroll_into_the_rows(page, 250)
    before = shown_at(page, "release:read-4")

    stack.releases.start(empty("read-new", "pending"))
    pill = page.get_by_role("button", name="1 new release")
    expect(pill).to_be_in_viewport(ratio=1)
    stack.releases.tell("release:read-4", empty("read-4", "verifying").answers_of_all())
    expect(cell(page, "release:read-4", STATE)).to_contain_text("verifying")
    expect(row(page, "release:read-new")).to_have_count(0)
    assert shown_at(page, "release:read-4") == before

    pill.click()
    expect(row(page, "release:read-new")).to_be_in_viewport()
    expect(pill).to_have_count(0)
    assert page.evaluate("window.scrollY") == 0


def test_columns_keep_their_widths_whatever_comes_into_them(visit: Visit, stack: Stack) -> None:
    release = moving("widths-1")
    stack.releases.start(empty("widths-1", "deploying"))
    page = visit("/releases?search=widths-1")
    expect(cell(page, "release:widths-1", STATE)).to_contain_text("deploying")
    widths = "[...document.querySelectorAll('th')].map(head => head.getBoundingClientRect().width)"
    before = page.evaluate(widths)
    stack.releases.tell("release:widths-1", release.answers_of_all())
    expect(cell(page, "widths-1", TROUBLE)).to_contain_text("Held by")
    assert page.evaluate(widths) == before


def test_chips_tell_how_many_releases_of_each_phase_the_search_finds(visit: Visit, stack: Stack) -> None:
    for name, state in [("counted-1", "deploying"), ("counted-2", "deploying"), ("counted-3", "failed")]:
        stack.releases.start(empty(name, state))
    page = visit("/releases?search=counted-")
    chips = page.get_by_role("group", name="Phase")
    expect(chips).to_have_text(re.compile(r"^failed 1active 2pending 0stopped 0unknown 0succeeded 0$"))
    boxes = "[...document.querySelectorAll('[aria-pressed]')].map(chip => chip.getBoundingClientRect().x)"
    before = page.evaluate(boxes)

    chips.get_by_role("button", name="failed").click()
    expect(page.get_by_text("1 release", exact=True)).to_be_visible()
    expect(chips.get_by_role("button", name="active")).to_have_text("active 2")
    assert page.evaluate(boxes) == before

    stack.releases.tell("release:counted-3", empty("counted-3", "deploying").answers_of_all())
    expect(chips.get_by_role("button", name="failed")).to_have_text("failed 0")
    expect(chips.get_by_role("button", name="active")).to_have_text("active 3")
    expect(page.get_by_role("heading", name="No release matches.")).to_be_visible()
