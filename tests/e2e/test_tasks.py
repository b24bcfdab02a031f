"""What a release manager comes for. Each task is done within four actions, counted from the list."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import until
from tests.e2e.conftest import Visit
from tests.e2e.people import STAFF
from tests.e2e.samples import Sample
from tests.e2e.stack import Stack
from tests.e2e.test_following import said, tell, with_notifications
from tests.e2e.test_release import line

MOST_ACTIONS = 4
CRASH = "image not found: search-api:1.5.0"
BEGAN = datetime(2025, 11, 22, 20, 0, tzinfo=UTC)


class Person:
    """Does things to a page, one action each: a click, a key, or what is typed at one go."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._actions = 0

    def click(self, target: Locator) -> None:
        self._act(target.click)

    def type(self, target: Locator, text: str) -> None:
        self._act(lambda: target.fill(text))

    def _act(self, act: Callable[[], None]) -> None:
        self._actions += 1
        assert self._actions <= MOST_ACTIONS
        act()


def shop(version: str, state: str, *, apps: dict[str, str], last: str = "completed", failing: bool = False) -> Sample:
    """A release of a shop in three waves; `apps` gives versions by name, `last` the state of the third wave."""
    name = f"shop-{version}"
    times = {"created_at": BEGAN.isoformat(), "updated_at": (BEGAN + timedelta(minutes=5)).isoformat()}

    def app(service: str, region: str, state: str) -> Sample:
        broken = failing and service == "search-api" and region == "us-east"
        fields = {"name": service, "version": apps[service], **times, **({"error_message": CRASH} if broken else {})}
        return Sample(f"app:{service}", "failed" if broken else state, fields=fields)

    def wave(number: int, region: str, state: str) -> Sample:
        app_state = {"completed": "running", "failed": "running", "in_progress": "deploying"}[state]
        payments = Sample(
            "bundle:payments", state, (app("ledger", region, app_state), app("payouts", region, app_state)), times
        )
        search = Sample("bundle:search", state, (app("search-api", region, app_state),), times)
        cluster = Sample(f"cluster:{region}", state, (payments, search), times)
        fields = {"name": f"wave {number}", "sequence": number, **times}
        return Sample(f"wave:{number}", state, (cluster,), fields)

    waves = (
        wave(1, "eu-west", "completed"),
        wave(2, "us-east", "failed" if failing else "completed"),
        wave(3, "ap-south", last),
    )
    return Sample(f"release:{name}", state, waves, {"name": name, **times})


GOOD = shop("7.1", "completed", apps={"ledger": "2.0.0", "payouts": "3.1.4", "search-api": "1.4.0"})
BAD = shop("7.2", "failed", apps={"ledger": "2.0.0", "payouts": "3.2.0", "search-api": "1.5.0"}, failing=True)


@pytest.fixture(scope="module")
def nights(stack: Stack) -> None:
    """A release that worked, and last night's, which did not."""
    stack.releases.start(GOOD)
    stack.releases.complete(GOOD.id)
    stack.releases.start(BAD)


@pytest.fixture
def person(nights: None, visit: Visit) -> Person:
    page = visit("/releases")
    expect(page.get_by_role("table", name="Releases").get_by_role("link").first).to_be_visible()
    return Person(page)


def open_release(person: Person, release: Sample) -> None:
    person.type(person.page.get_by_role("searchbox"), release.id)
    person.click(person.page.get_by_role("link", name=str(release.fields["name"]), exact=True))
    expect(person.page.get_by_role("tree")).to_be_visible()


def test_which_app_broke_last_nights_release(person: Person) -> None:
    person.type(person.page.get_by_role("searchbox"), "shop")
    row = person.page.get_by_role("row").filter(has_text=BAD.id)
    expect(row).to_contain_text("search-api")
    expect(row).to_contain_text(CRASH)


def test_which_versions_differ_from_the_last_good_one(person: Person) -> None:
    open_release(person, BAD)
    page = person.page
    person.click(page.get_by_role("link", name="Compare with last good"))
    expect(page.get_by_role("heading", name="Compare releases")).to_be_visible()
    person.click(page.get_by_role("group", name="What differs").get_by_role("button", name="Version"))
    differing = page.get_by_role("main")
    for old, new in [("3.1.4", "3.2.0"), ("1.4.0", "1.5.0")]:
        expect(differing).to_contain_text(old)
        expect(differing).to_contain_text(new)
    expect(differing).not_to_contain_text("2.0.0")


def test_is_payments_done_in_eu_west(person: Person) -> None:
    open_release(person, BAD)
    person.type(person.page.get_by_role("searchbox"), "eu-west payments")
    payments = line(person.page, "bundle:payments")
    expect(payments).to_have_count(1)
    expect(payments).to_contain_text("completed")
    expect(payments).to_contain_text("succeeded")


def test_send_a_colleague_this_view(visit: Visit, nights: None) -> None:
    page = visit("/releases", alone=True, permissions=["clipboard-read", "clipboard-write"])
    person = Person(page)
    person.type(page.get_by_role("searchbox"), "shop")
    person.click(page.get_by_role("group", name="Phase").get_by_role("button", name="failed"))
    expect(page.get_by_text(GOOD.id)).to_have_count(0)
    expect(page.get_by_text(BAD.id).first).to_be_visible()
    person.click(page.get_by_role("button", name="Copy link"))
    link = page.evaluate("navigator.clipboard.readText()")
    colleagues = visit(link, STAFF)
    expect(colleagues.get_by_text(BAD.id).first).to_be_visible()
    expect(colleagues.get_by_text(GOOD.id)).to_have_count(0)
    expect(colleagues.get_by_role("searchbox")).to_have_value("shop")


def test_tell_me_when_wave_3_ends(visit: Visit, stack: Stack) -> None:
    versions = {"ledger": "2.0.1", "payouts": "3.2.1", "search-api": "1.5.1"}
    stack.releases.start(shop("7.3", "in_progress", apps=versions, last="in_progress"))
    person = Person(visit("/releases", alone=True, before=with_notifications()))
    page = person.page
    person.click(page.get_by_role("link", name="shop-7.3", exact=True))
    person.click(line(page, "wave:3"))
    person.click(page.get_by_role("complementary").get_by_role("button", name="Notify me"))
    expect(said(page, "Following wave 3 until it ends.")).to_be_visible()
    tell(stack, shop("7.3", "in_progress", apps=versions))
    until(page, "() => window.notified.length > 0")
    [[title, _]] = page.evaluate("window.notified")
    assert "wave 3" in title
    assert "succeeded" in title
