"""A release as a file, as somebody keeps it."""

import csv
import io
import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.browser import barriers, tab_to
from tests.e2e.conftest import Visit
from tests.e2e.samples import CRASH

CHECKOUT = "checkout-2025.11"


def kept(page: Page, kind: str) -> tuple[str, str]:
    """The name and the text of the file that a link of the export leads to."""
    expect(page.get_by_role("tree")).to_be_visible()
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile(f"^{kind}")).click()
    download = waiting.value
    return download.suggested_filename, Path(download.path()).read_bytes().decode()


def test_a_table_has_a_row_for_each_entity(visit: Visit) -> None:
    page = visit(f"/releases/release:{CHECKOUT}")
    name, text = kept(page, "CSV")
    assert re.fullmatch(rf"release-{CHECKOUT}_\d{{8}}T\d{{6}}Z\.csv", name)
    assert text.startswith("\ufeff"), "Excel takes it for UTF-8"
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [row["type"] for row in rows].count("app") == 6
    assert (rows[0]["type"], rows[0]["id"], rows[0]["state"]) == ("release", f"release:{CHECKOUT}", "in_progress")
    [failed] = [row for row in rows if row["phase"] == "failed" and row["type"] == "app"]
    assert [failed[column] for column in ("wave", "cluster", "bundle", "app", "version", "error_message")] == [
        "world",
        "europe",
        "core",
        "payouts",
        "2.4.1",
        CRASH,
    ]
    # The page stays where it is.
    expect(page).to_have_url(re.compile(f"/releases/release:{CHECKOUT}$"))


def test_the_tree_is_kept_as_json_that_people_can_read(visit: Visit) -> None:
    name, text = kept(visit(f"/releases/release:{CHECKOUT}"), "JSON")
    assert re.fullmatch(rf"release-{CHECKOUT}_\d{{8}}T\d{{6}}Z\.json", name)
    body = json.loads(text)
    assert (body["id"], body["rollup"]["total"]) == (f"release:{CHECKOUT}", 6)
    assert [wave["name"] for wave in body["waves"]] == ["canary", "world"]
    assert text.splitlines()[1].startswith("  ")


def test_the_links_are_reached_by_keyboard(visit: Visit) -> None:
    page = visit(f"/releases/release:{CHECKOUT}")
    expect(page.get_by_role("tree")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Export"))
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename.endswith(".json")


IS_HIT = """link => {
  const { x, y, width, height } = link.getBoundingClientRect();
  return link.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}"""


def test_nothing_of_the_page_covers_the_links(visit: Visit) -> None:
    page = visit("/releases/release:search-2025.11", viewport={"width": 1440, "height": 900})
    expect(page.get_by_role("tree")).to_be_visible()
    page.get_by_role("button", name="Export").click()
    for kind in ("JSON", "CSV"):
        link = page.get_by_role("link", name=re.compile(f"^{kind}"))
        expect(link).to_be_visible()
        assert link.evaluate(IS_HIT), f"{kind} is covered"


def test_axe_finds_no_barrier_while_it_is_open(visit: Visit) -> None:
    page = visit(f"/releases/release:{CHECKOUT}", viewport={"width": 360, "height": 740})
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("link", name=re.compile("^CSV"))).to_be_in_viewport(ratio=1)
    assert barriers(page) == []
