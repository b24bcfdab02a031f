"""The bench of a big tree does what it says. No time is held against anything here."""

import pytest

from releases.difference import apply
from tests.bench.big_release import ENTITIES, BigRelease
from tests.bench.big_tree import patched, stand
from tests.bench.big_views import VIEWS
from tests.unit.trees import counted


def test_the_release_is_as_big_as_it_says():
    release = BigRelease().tree.release
    assert sum(1 for _ in release.walk()) == ENTITIES
    assert release.rollup == counted(release)


def test_patches_make_of_the_release_what_it_is_by_then():
    big = BigRelease()
    patched = big.tree.release
    for _ in range(45):
        patched = apply(patched, list(big.change().changes))
    assert patched == big.tree.release
    assert patched.rollup == counted(patched)


@pytest.mark.e2e
async def test_a_page_takes_all_patches_and_keeps_its_place_focus_and_choice(tmp_path, portal_database):
    async with stand(tmp_path, portal_database) as where, where.tab() as tab:
        happened = await patched(where, tab, VIEWS["tree"], seconds=3)
    kept = {name: happened[name] for name in ("moved", "lost", "missed", "wrong")}
    assert kept == {"moved": pytest.approx(0, abs=1), "lost": 0, "missed": 0, "wrong": 0}
