"""Tokens for dashboards and CI jobs, made and revoked by hand."""

import json
import re
from urllib.request import Request, urlopen

from playwright.sync_api import expect

from tests.e2e.browser import barriers, scrolls_sideways
from tests.e2e.conftest import Visit
from tests.e2e.people import VIEWER
from tests.e2e.stack import Stack

PHONE = {"width": 360, "height": 740}


def test_a_token_is_made_told_once_used_and_revoked(visit: Visit, stack: Stack) -> None:
    page = visit("/releases", viewport=PHONE)
    page.get_by_role("button", name=VIEWER).click()
    page.get_by_role("link", name="Service tokens").click()
    expect(page.get_by_text("You have no service tokens.")).to_be_visible()
    assert barriers(page) == []

    page.get_by_role("textbox", name="Name").fill("Wallboard")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a role, or write a pattern")
    page.get_by_role("textbox", name="Shows releases that match").fill("release:payments-*")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_text("it is shown this once")).to_be_visible()
    assert barriers(page) == []
    assert not scrolls_sideways(page)
    [token] = re.findall(r"rpt_\S+", page.get_by_role("main").inner_text())[-1:]

    request = Request(f"{stack.url}/api/releases/", headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    with urlopen(request) as answer:  # noqa: S310
        ids = [release["id"] for release in json.load(answer)["results"]]
    assert ids
    assert all(release_id.startswith("release:payments-") for release_id in ids)

    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("main")).not_to_contain_text(token)
    page.get_by_role("button", name="Revoke Wallboard").click()
    page.get_by_role("button", name="Revoke it for good").click()
    expect(page.get_by_text("You have no service tokens.")).to_be_visible()
