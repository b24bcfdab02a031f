"""Being told of what one follows when it ends or fails, whichever page is open, and once."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import barriers, scrolls_sideways
from tests.e2e.conftest import PATIENT_MS, Visit
from tests.e2e.samples import Sample, empty, moving
from tests.e2e.stack import Stack
from tests.e2e.test_live import expect_live

PHONE = {"width": 360, "height": 740}

RECORD_NOTIFICATIONS = """
window.notified = [];
window.Notification = class {
  // As a browser does, this one remembers the answer.
  static get permission() { return localStorage.getItem("permission of the test") ?? "default"; }
  static async requestPermission() {
    localStorage.setItem("permission of the test", "ANSWER");
    return Notification.permission;
  }
  constructor(title, options) {
    window.notified.push([title, options.body]);
    window.lastNotification = this;
  }
  close() {}
};
"""


def with_notifications(answer: str = "granted") -> Any:
    """What the browser would show is recorded; asked for the permission, the reader answers so."""
    return lambda page: page.context.add_init_script(RECORD_NOTIFICATIONS.replace("ANSWER", answer))


def notify_me(page: Page) -> Locator:
    return page.get_by_role("group", name="Release").get_by_role("button", name="Notify me")


def follow_release(visit: Visit, stack: Stack, release: Sample, *, answer: str = "granted", **options: Any) -> Page:
    """The page of a release that has just been started and is followed, in a browser of its own."""
    stack.releases.start(release)
    page = visit(f"/releases/{release.id}", alone=True, before=with_notifications(answer), **options)
    expect_live(page)
    notify_me(page).click()
    expect(notify_me(page)).to_have_attribute("aria-pressed", "true")
    return page


def tell(stack: Stack, release: Sample) -> None:
    stack.releases.tell(release.id, release.answers_of_all())


def notified(page: Page) -> list[list[str]]:
    found: list[list[str]] = page.evaluate("window.notified")
    return found


def said(page: Page, words: str) -> Locator:
    """What the corner of the page says in passing."""
    return page.get_by_role("region", name="Notices").get_by_text(words)


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    for _ in range(PATIENT_MS // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("It did not come to be so.")


def test_a_followed_release_that_fails_is_told_while_the_list_is_open(visit: Visit, stack: Stack) -> None:
    page = follow_release(visit, stack, empty("followed-1", "deploying"))
    expect(page.get_by_text("Following release:followed-1 until it ends.")).to_be_visible()
    page.get_by_role("link", name="Releases").click()
    expect(page.get_by_role("heading", name="Releases")).to_be_visible()
    expect(page.get_by_role("button", name="1 followed")).to_be_visible()

    tell(stack, empty("followed-1", "failed"))
    failed = said(page, "release:followed-1 failed · release")
    expect(failed).to_be_visible()
    wait_until(page, lambda: notified(page) == [["✕ release:followed-1 failed", "release"]])
    failed.get_by_role("link", name="Show").click()
    expect(page).to_have_url(f"{stack.url}/releases/release:followed-1")

    # It goes on after all, and ends well.
    tell(stack, empty("followed-1", "deploying"))
    expect(page).to_have_title("◐ release:followed-1 active · Relportal")
    page.goto("/no/such/page")
    expect(page.get_by_role("button", name="1 followed")).to_be_visible()
    tell(stack, empty("followed-1", "completed"))
    stack.releases.complete("release:followed-1")
    expect(said(page, "release:followed-1 succeeded · release")).to_be_visible()
    expect(page.get_by_role("button", name="Nothing followed")).to_be_visible()
    page.evaluate("window.lastNotification.onclick()")
    expect(page).to_have_url(f"{stack.url}/releases/release:followed-1")
    expect(notify_me(page)).to_have_count(0)


def test_the_end_of_a_wave_is_told_while_the_list_is_open(visit: Visit, stack: Stack) -> None:
    release = moving("followed-wave")
    wave = "wave:followed-wave-world"
    stack.releases.start(release)
    page = visit(f"/releases/{release.id}?entity={wave}", alone=True, before=with_notifications())
    details = page.get_by_label("Details")
    details.get_by_role("button", name="Notify me").click()
    expect(page.get_by_text("Following world until it ends. You will be notified")).to_be_visible()
    page.get_by_role("link", name="Releases").click()
    expect(page.get_by_role("heading", name="Releases")).to_be_visible()

    tell(stack, release.with_state(wave, "completed"))
    ended = said(page, "world succeeded · wave in followed-wave")
    expect(ended).to_be_visible()
    wait_until(page, lambda: notified(page) == [["✓ world succeeded", "wave in followed-wave"]])
    expect(page.get_by_role("button", name="Nothing followed")).to_be_visible()
    ended.get_by_role("link", name="Show").click()
    expect(page).to_have_url(f"{stack.url}/releases/{release.id}?entity={wave}")
    expect(details.get_by_role("heading", name="world")).to_be_visible()
    expect(details.get_by_role("button", name="Notify me")).to_have_count(0)


def test_of_several_tabs_one_tells_and_when_it_is_closed_another(visit: Visit, stack: Stack) -> None:
    first = follow_release(visit, stack, empty("followed-2", "deploying"))
    second = first.context.new_page()
    second.goto("/releases")
    expect(second.get_by_role("button", name="1 followed")).to_be_visible()
    follow_release_here(second, stack, empty("followed-3", "deploying"))
    expect(first.get_by_role("button", name="2 followed")).to_be_visible()

    tell(stack, empty("followed-2", "failed"))
    words = "release:followed-2 failed · release"
    times_said = lambda: said(first, words).count() + said(second, words).count()  # noqa: E731
    wait_until(first, lambda: times_said() > 0 and notified(first) != [])
    # Of a later event it can be told that the one before has reached whom it was to reach.
    tell(stack, empty("followed-3", "deploying-on"))
    expect(second.get_by_text("deploying-on").first).to_be_visible()
    assert (notified(first), notified(second)) == ([["✕ release:followed-2 failed", "release"]], [])
    assert times_said() == 1

    first.close()
    tell(stack, empty("followed-3", "failed"))
    expect(said(second, "release:followed-3 failed · release")).to_be_visible()
    wait_until(second, lambda: notified(second) == [["✕ release:followed-3 failed", "release"]])
    second.close()


def follow_release_here(page: Page, stack: Stack, release: Sample) -> None:
    stack.releases.start(release)
    page.goto(f"/releases/{release.id}")
    notify_me(page).click()
    expect(notify_me(page)).to_have_attribute("aria-pressed", "true")


def test_what_ended_while_no_tab_was_open_is_told_at_the_next_opening_and_not_again(visit: Visit, stack: Stack) -> None:
    page = follow_release(visit, stack, empty("followed-4", "deploying"))
    page.goto("about:blank")
    stack.releases.terminate("release:followed-4")
    page.goto("/releases?search=nothing-like-it")
    expect(said(page, "release:followed-4 stopped · release")).to_be_visible()
    wait_until(page, lambda: notified(page) == [["■ release:followed-4 stopped", "release"]])
    page.reload()
    expect(page.get_by_role("button", name="Nothing followed")).to_be_visible()
    page.get_by_role("button", name="Nothing followed").click()
    expect(page.get_by_role("list", name="Lately told").get_by_role("link")).to_have_text("release:followed-4 stopped")
    assert notified(page) == []
    expect(page.get_by_role("region", name="Notices").get_by_role("listitem")).to_have_count(0)


def test_where_the_browser_may_show_no_notifications_the_portal_tells(visit: Visit, stack: Stack) -> None:
    page = follow_release(visit, stack, empty("followed-5", "deploying"), answer="denied")
    expect(page.get_by_text("This browser blocks the portal's notifications")).to_be_visible()
    page.get_by_role("link", name="Releases").click()
    tell(stack, empty("followed-5", "failed"))
    expect(said(page, "release:followed-5 failed · release")).to_be_visible()
    assert notified(page) == []


def test_axe_finds_no_barrier_in_what_is_followed(visit: Visit, stack: Stack) -> None:
    release = moving("followed-in-all-colours")
    page = follow_release(visit, stack, release, answer="denied", viewport=PHONE, reduced_motion="reduce")
    tell(stack, release.with_state(release.id, "failed"))
    expect(said(page, f"{release.fields['name']} failed")).to_be_visible()
    page.get_by_role("button", name="1 followed").click()
    expect(page.get_by_role("heading", name="Followed", exact=True)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name=f"Stop following {release.fields['name']}")).to_be_in_viewport(ratio=1)
    assert barriers(page) == []
    assert not scrolls_sideways(page)
