"""What changed since the last release that worked."""

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import barriers, scrolls_sideways, tab_to
from tests.e2e.conftest import Visit
from tests.e2e.people import PAYMENTS
from tests.e2e.samples import Sample
from tests.e2e.stack import Stack
from tests.e2e.wire import held

BEFORE, NOW = "payments-billing-1.0", "payments-billing-1.1"
CRASH = "CrashLoopBackOff: invoices was OOMKilled (exit 137)"

App = tuple[str, str]
"""A version and a state."""

PHONE = {"width": 360, "height": 740}
FOUR_K = {"width": 3840, "height": 2160}


def billing(name: str, state: str, clusters: Mapping[str, Mapping[str, App]], **messages: str) -> Sample:
    """A release with one wave; IDs below it hold its name."""

    def app(cluster: str, service: str, version: str, app_state: str) -> Sample:
        message = {"error_message": messages[service]} if service in messages and app_state == "failed" else {}
        fields = {"name": service, "version": version, **message}
        return Sample(f"app:{name}-{cluster}-{service}", app_state, fields=fields)

    def cluster(of: str, services: Mapping[str, App]) -> Sample:
        apps = tuple(app(of, service, *each) for service, each in services.items())
        bundle = Sample(f"bundle:{name}-{of}-core", state, apps, {"name": "core"})
        return Sample(f"cluster:{name}-{of}", state, (bundle,), {"name": of})

    wave = Sample(
        f"wave:{name}-world",
        state,
        tuple(cluster(of, services) for of, services in clusters.items()),
        {"name": "world"},
    )
    return Sample(f"release:{name}", state, (wave,), {"name": name})


@pytest.fixture(scope="module", autouse=True)
def _releases(stack: Stack) -> None:
    done = ("2.0.0", "running")
    before = billing(
        BEFORE,
        "completed",
        {
            "europe": {"ledger": done, "invoices": done, "taxes": done},
            "asia": {"ledger": done, "invoices": done},
        },
    )
    stack.releases.start(before, own_workflows=True)
    stack.releases.complete(before.id)
    now = billing(
        NOW,
        "in_progress",
        {
            "europe": {"ledger": ("2.1.0", "running"), "invoices": ("2.0.0", "failed"), "taxes": done},
            "america": {"ledger": ("2.1.0", "deploying")},
        },
        invoices=CRASH,
    )
    stack.releases.start(now)


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.locator(".diff-name", has_text=re.compile(f"{name}$")))


def open_comparison(visit: Visit, address: str = f"/compare?b=release:{NOW}", **options: Any) -> Page:
    page = visit(address, **options)
    expect(row(page, "ledger").first).to_be_visible()
    return page


def test_the_releases_page_leads_to_what_changed_since_the_last_that_worked(visit: Visit) -> None:
    page = visit(f"/releases/release:{NOW}")
    page.get_by_role("link", name=f"Compare with last good: {BEFORE}").click()
    expect(page).to_have_url(re.compile(rf"/compare\?b=release:{NOW}$"))
    expect(page).to_have_title(f"{NOW} compared with {BEFORE} · Relportal")
    expect(page.get_by_text("the last that worked before it")).to_be_visible()
    # Workflows of their own have IDs of their own: what is the same is told by its name.
    expect(row(page, "ledger")).to_contain_text("2.0.0")
    expect(row(page, "ledger")).to_contain_text("2.1.0")
    expect(row(page, "invoices")).to_contain_text(CRASH)
    expect(row(page, "taxes")).to_have_count(0)
    expect(page.get_by_role("button", name=f"cluster world › america only in {NOW} 1 app")).to_be_visible()
    page.get_by_role("button", name=f"cluster world › asia only in {BEFORE} 2 apps").click()
    expect(row(page, "invoices")).to_have_count(2)


def test_an_app_leads_to_where_each_release_shows_it(visit: Visit) -> None:
    page = open_comparison(visit)
    page.get_by_role("link", name=f"ledger in {NOW}").click()
    expect(page).to_have_url(
        re.compile(rf"/releases/release:{NOW}\?entity=wave:{NOW}-world/.*app:{NOW}-europe-ledger$")
    )
    page.go_back()
    page.get_by_role("link", name=f"ledger in {BEFORE}").click()
    expect(page).to_have_url(re.compile(rf"/releases/release:{BEFORE}\?entity="))


def test_a_filtered_comparison_can_be_shared(visit: Visit) -> None:
    page = open_comparison(visit)
    page.get_by_role("button", name=re.compile("^State")).click()
    expect(row(page, "ledger")).to_have_count(0)
    page.get_by_role("searchbox").fill("oomkilled")
    expect(page).to_have_url(re.compile(r"differs=state&text=oomkilled$"))
    shared = visit(page.url)
    expect(row(shared, "invoices")).to_be_visible()
    expect(shared.get_by_role("searchbox")).to_have_value("oomkilled")
    shared.get_by_role("searchbox").fill("nothing like it")
    shared.get_by_role("button", name="Clear filters").click()
    expect(row(shared, "ledger").first).to_be_visible()
    shared.go_back()
    expect(shared.get_by_role("heading", name="Nothing fits.")).to_be_visible()


def test_releases_are_chosen_by_keyboard(visit: Visit) -> None:
    page = visit("/compare")
    expect(page.get_by_role("heading", name="Choose the releases to compare.")).to_be_visible()
    box = page.get_by_role("combobox", name="To (B)")
    tab_to(page, box)
    page.keyboard.type("billing-1.1")
    expect(page.get_by_role("option", selected=True)).to_contain_text(NOW)
    page.keyboard.press("Enter")
    expect(row(page, "ledger").first).to_be_visible()
    expect(page.get_by_role("combobox", name="From (A)")).to_have_value(BEFORE)
    tab_to(page, page.get_by_role("button", name="Swap the two"), key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"\?a=release:{NOW}&b=release:{BEFORE}$"))
    expect(page.get_by_role("button", name=f"cluster world › asia only in {BEFORE} 2 apps")).to_be_visible()


def test_what_changes_in_a_running_release_appears_by_itself(visit: Visit, stack: Stack) -> None:
    name = "payments-billing-1.2"
    sample = billing(name, "in_progress", {"europe": {"ledger": ("3.0.0", "deploying")}})
    stack.releases.start(sample)
    page = open_comparison(visit, f"/compare?a=release:{BEFORE}&b=release:{name}")
    expect(row(page, "ledger")).to_contain_text("deploying")
    expect(page.get_by_text("read again every 5 s")).to_be_visible()
    page.get_by_role("searchbox").focus()
    stack.releases.tell(sample.id, sample.with_state(f"app:{name}-europe-ledger", "running").answers_of_all())
    expect(row(page, "ledger")).not_to_contain_text("deploying")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_releases_that_do_not_differ_say_so(visit: Visit) -> None:
    page = visit("/compare?a=release:payments-2025.11&b=release:checkout-2025.11")
    expect(page.get_by_role("heading", name="No difference.")).to_be_visible()


def test_a_comparison_is_kept_as_a_table(visit: Visit) -> None:
    page = open_comparison(visit)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export CSV").click()
    download = waiting.value
    assert re.fullmatch(rf"release-{BEFORE}-to-{NOW}_\d{{8}}T\d{{6}}Z\.csv", download.suggested_filename)
    text = Path(download.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(each["cluster"], each["app"], each["match"], each["differs"]) for each in rows] == [
        ("europe", "ledger", "both", "version"),
        ("europe", "invoices", "both", "state phase"),
        ("america", "ledger", "b", ""),
        ("asia", "ledger", "a", ""),
        ("asia", "invoices", "a", ""),
    ]
    assert (rows[0]["version_a"], rows[0]["version_b"]) == ("2.0.0", "2.1.0")
    assert rows[1]["error_message_b"] == CRASH


def test_one_out_of_scope_is_refused_and_no_other_is_chosen_in_its_place(visit: Visit) -> None:
    page = visit(f"/compare?a=release:checkout-2025.11&b=release:{NOW}", PAYMENTS, answers=[403])
    expect(page.get_by_role("alert")).to_contain_text("You don't have permission to view this resource.")
    page.get_by_role("button", name="Take the last that worked").click()
    expect(page.get_by_role("link", name=BEFORE, exact=True)).to_be_visible()


def test_thousands_of_differences_scroll_and_keep_the_focus(visit: Visit, stack: Stack) -> None:
    for number, version in enumerate(("1.0.0", "2.0.0"), start=1):
        services = {f"service-{of:04}": (version, "running") for of in range(3000)}
        stack.releases.start(billing(f"many-{number}", "completed", {"europe": services}))
    page = visit("/compare?a=release:many-1&b=release:many-2")
    expect(page.get_by_text("3,000 of 3,000 apps differ.")).to_be_visible()
    assert page.get_by_role("row").count() < 100
    first = page.get_by_role("link", name="service-0000 in many-1")
    first.focus()
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    expect(row(page, "service-2999")).to_be_in_viewport()
    expect(first).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="service-0000 in many-2")).to_be_focused()
    expect(page.get_by_role("link", name="service-0000 in many-2")).to_be_in_viewport()


# On any screen, in light and dark


def unchosen(visit: Visit, **options: Any) -> Page:
    page = visit("/compare", **options)
    expect(page.get_by_role("heading", name="Choose the releases to compare.")).to_be_visible()
    return page


def opened(visit: Visit, **options: Any) -> Page:
    """With all that opens opened."""
    page = open_comparison(visit, f"/compare?b=release:{NOW}&differs=version,state,only,unchanged", **options)
    for button in page.get_by_role("button", name=re.compile("^cluster")).all():
        button.click()
    expect(row(page, "taxes")).to_be_visible()
    return page


def choosing(visit: Visit, **options: Any) -> Page:
    page = open_comparison(visit, **options)
    page.get_by_role("combobox", name="From (A)").fill("2025")
    expect(page.get_by_role("option").first).to_be_visible()
    return page


def same(visit: Visit, **options: Any) -> Page:
    page = visit("/compare?a=release:payments-2025.11&b=release:checkout-2025.11", **options)
    expect(page.get_by_role("heading", name="No difference.")).to_be_visible()
    return page


def missing(visit: Visit, **options: Any) -> Page:
    page = visit(f"/compare?a=release:no-such&b=release:{NOW}", answers=[404], **options)
    expect(page.get_by_role("alert")).to_be_visible()
    return page


def first_of_all(visit: Visit, **options: Any) -> Page:
    page = visit("/compare?b=release:search-2025.11", answers=[404], **options)
    expect(page.get_by_role("heading", name="There is none before it that worked.")).to_be_visible()
    return page


def twice_the_same(visit: Visit, **options: Any) -> Page:
    page = visit(f"/compare?a=release:{NOW}&b=release:{NOW}", **options)
    expect(page.get_by_role("heading", name="This is one release twice.")).to_be_visible()
    return page


def on_the_way(visit: Visit, **options: Any) -> Page:
    page = visit(f"/compare?b=release:{NOW}", before=held("**/api/compare/*"), **options)
    expect(page.get_by_role("status", name="Comparing")).to_be_visible()
    return page


states = pytest.mark.parametrize(
    "open_page", [unchosen, opened, choosing, same, missing, first_of_all, twice_the_same, on_the_way]
)


@states
def test_axe_finds_no_barrier(visit: Visit, open_page) -> None:
    page = open_page(visit)
    assert barriers(page) == []


@states
def test_a_narrow_screen_is_not_scrolled_sideways_and_has_no_barrier(visit: Visit, open_page) -> None:
    page = open_page(visit, viewport=PHONE, reduced_motion="reduce")
    assert not scrolls_sideways(page)
    assert barriers(page) == []


def test_a_large_screen_is_put_to_use(visit: Visit) -> None:
    page = opened(visit, viewport=FOUR_K, reduced_motion="reduce")
    assert not scrolls_sideways(page)
