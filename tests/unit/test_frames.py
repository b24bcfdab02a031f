"""A client that applies the frames holds what the REST API would answer."""

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.difference import difference
from releases.domain import EntityId, EntityType, Freshness, Run, RunStatus, Tree, with_standing
from releases.encoding import to_json
from releases.events import FreshnessChange, PagePatch, PageSnapshot, TreePatch, TreeSnapshot
from releases.frames import PageFrames, TreeFrames, error_frame
from releases.listing import ListQuery, Page, Progress, Row
from releases.problems import DENIED
from releases.representation import Links, PageLinks, Representation
from tests.sockets.client_state import ClientState, Wants
from tests.unit.trees import entity, trees

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=1)
RELEASE = EntityId("release:r")
RUN = Run("release:r", "run-1", RunStatus.RUNNING, NOON)
RUNS = [
    RUN,
    replace(RUN, run_id="run-2", status=RunStatus.CONTINUED_AS_NEW),
    replace(RUN, status=RunStatus.FAILED, ended_at=LATER),
]
UI = Links("https://temporal.example", "releases")


@pytest.fixture(autouse=True)
def _with_a_temporal_ui(settings):
    """So that links to workflows are among what changes."""
    settings.RELPORTAL = settings.RELPORTAL.model_copy(
        update={"TEMPORAL_UI_URL": f"{UI.temporal_ui}/", "TEMPORAL_NAMESPACE": UI.namespace}
    )


def as_json(data):
    return json.loads(to_json(data))


def tree(release, run=RUN, *, version=1, as_of=NOON, freshness=Freshness.LIVE):
    return Tree(release=release, run=run, as_of=as_of, freshness=freshness, version=version)


def hierarchy(tree):
    return as_json(Representation(UI).hierarchy(tree))


def told(frames, *events):
    """The state of a client that was sent these events."""
    state = ClientState()
    for event in events:
        assert state.receive(json.loads(frames.frame(event))) is Wants.NOTHING
    return state


@given(trees(), trees(), st.sampled_from(RUNS))
def test_the_changes_of_a_patch_make_the_new_tree_of_the_old_one(old, new, run):
    patch = TreePatch(2, LATER, tuple(difference(old, new)), run if run is not RUN else None)

    state = told(TreeFrames(RELEASE), TreeSnapshot(tree(old)), patch)

    assert state.data == hierarchy(tree(new, run, version=2, as_of=LATER))


def test_a_set_holds_only_what_changed_and_no_children():
    old, new = (
        entity(EntityType.RELEASE, "r", entity(EntityType.WAVE, "w", state=state)) for state in ("pending", "deploying")
    )
    frame = json.loads(TreeFrames(RELEASE).frame(TreePatch(2, LATER, tuple(difference(old, new)))))
    assert frame == {
        "type": "patch",
        "version": 2,
        "as_of": "2026-01-01T12:00:01Z",
        "changes": [{"op": "set", "path": "wave:w", "fields": {"state": "deploying", "phase": "active"}}],
    }


def test_what_holds_up_is_told_with_the_change_that_makes_it_so():
    def release(state):
        app = entity(EntityType.APP, "a", state=state, error_message="No space." if state == "failed" else None)
        bundle = entity(EntityType.BUNDLE, "b", app, state="deploying")
        wave = entity(EntityType.WAVE, "w", entity(EntityType.CLUSTER, "c", bundle), state="deploying")
        return with_standing(entity(EntityType.RELEASE, "r", wave, entity(EntityType.WAVE, "x"), state="deploying"))

    patch = TreePatch(2, LATER, tuple(difference(release("deploying"), release("failed"))))
    fields = {change["path"]: change["fields"] for change in json.loads(TreeFrames(RELEASE).frame(patch))["changes"]}

    held_by = {
        "kind": "failed",
        "path": "wave:w/cluster:c/bundle:b/app:a",
        "entity_id": "app:a",
        "names": ["w", "c", "b", "a"],
        "state": "failed",
        "message": "No space.",
        "since": None,
    }
    assert {path: told["held_by"] for path, told in fields.items() if "held_by" in told} == {
        "": held_by,
        "wave:w": held_by,
    }
    assert not any("stands_at" in told for told in fields.values()), "it still stands where it stood"


def test_a_wave_that_ends_moves_where_the_release_stands():
    old, new = (
        with_standing(
            entity(EntityType.RELEASE, "r", *(entity(EntityType.WAVE, n, state=s) for n, s in states.items()))
        )
        for states in ({"v": "deploying", "w": "pending"}, {"v": "completed", "w": "deploying"})
    )
    frame = json.loads(TreeFrames(RELEASE).frame(TreePatch(2, LATER, tuple(difference(old, new)))))
    assert [change["fields"]["stands_at"] for change in frame["changes"] if change["path"] == ""] == [
        {"wave": 2, "of": 2}
    ]


def test_the_release_itself_tells_of_its_run():
    patch = TreePatch(2, LATER, (), RUNS[2])
    [change] = json.loads(TreeFrames(RELEASE).frame(patch))["changes"]
    assert change["path"] == ""
    assert change["fields"] == {
        "workflow_id": "release:r",
        "workflow_url": "https://temporal.example/namespaces/releases/workflows/release%3Ar/run-1/history",
        "status": "FAILED",
        "run_id": "run-1",
        "started_at": "2026-01-01T12:00:00Z",
        "ended_at": "2026-01-01T12:00:01Z",
    }


@given(trees())
def test_a_snapshot_is_the_hierarchy_however_often_it_is_made(release):
    frames = TreeFrames(RELEASE)
    for version in (1, 2):
        snapshot = tree(release, version=version)
        frame = json.loads(frames.frame(TreeSnapshot(snapshot)))
        assert frame["data"] == hierarchy(snapshot)
        assert (frame["version"], frame["freshness"]) == (version, "live")


def test_a_patch_is_encoded_once_however_many_are_sent_it():
    patch = TreePatch(2, LATER, tuple(difference(entity(EntityType.RELEASE, "r"), entity(EntityType.RELEASE, "r"))))
    assert TreeFrames(RELEASE).frame(patch) is TreeFrames(RELEASE).frame(patch)


def test_the_entities_of_snapshots_are_encoded_once_while_they_are_the_same():
    release = entity(EntityType.RELEASE, "r", *(entity(EntityType.WAVE, name) for name in "abc"))
    made = []

    class Counting(Representation):
        def node(self, entity, parent_id):
            made.append(entity.id)
            return super().node(entity, parent_id)

    frames = [TreeFrames(RELEASE), TreeFrames(RELEASE)]
    for one in frames:
        one._make = Counting(UI)
        one.frame(TreeSnapshot(tree(release)))
    assert made == ["wave:a", "wave:b", "wave:c"]


# The list

QUERY = ListQuery(page=2, page_size=3)
LINKS = PageLinks("http://portal.example/api/releases/", "page=2&page_size=3&search=r")


def row(name, state, run, progress=None):
    return Row(entity(EntityType.RELEASE, name, state=state), run, progress)


rows = st.lists(
    st.builds(
        row,
        st.sampled_from("abcde"),
        st.sampled_from(["deploying", "failed"]),
        st.sampled_from(RUNS),
        st.none() | st.builds(Progress.of, trees()),
    ),
    max_size=3,
    unique_by=lambda row: row.release.id,
)
pages = st.builds(lambda rows, count: Page(3 + len(rows) + count, rows), rows, st.sampled_from([0, 1, 4]))


def page_json(page):
    return as_json(Representation(UI).page(page, QUERY, LINKS))


@given(pages, pages)
def test_the_changes_of_a_page_make_the_new_page_of_the_old_one(before, after):
    frames = PageFrames(QUERY, LINKS)
    state = told(frames, PageSnapshot(1, NOON, Freshness.LIVE, before), PagePatch(2, LATER, before, after))
    assert state.data == page_json(after)


@given(pages)
def test_rows_that_stay_are_not_told_of(page):
    frame = json.loads(PageFrames(QUERY, LINKS).frame(PagePatch(2, LATER, page, copy.deepcopy(page))))
    assert frame["changes"] == []


def test_only_what_changed_of_a_row_is_told():
    before, after = (Page(4, [row("a", state, RUN)]) for state in ("deploying", "failed"))
    frame = json.loads(PageFrames(QUERY, LINKS).frame(PagePatch(2, LATER, before, after)))
    assert frame["changes"] == [
        {"op": "set", "path": "release:a", "fields": {"state": "failed", "phase": "failed"}},
    ]


def test_pages_are_linked_by_the_address_of_each_socket():
    snapshot = PageSnapshot(1, NOON, Freshness.LIVE, Page(9, []))
    links = [LINKS, replace(LINKS, address="https://releases.example/api/releases/")]
    following = [json.loads(PageFrames(QUERY, each).frame(snapshot))["data"]["next"] for each in links]
    assert following == [
        "http://portal.example/api/releases/?page=3&page_size=3&search=r",
        "https://releases.example/api/releases/?page=3&page_size=3&search=r",
    ]


# What is told beside the data


def test_freshness_is_told_with_its_reason():
    change = FreshnessChange(Freshness.STALE, NOON, "Temporal does not answer.", "temporal_unavailable")
    assert json.loads(TreeFrames(RELEASE).frame(change)) == {
        "type": "freshness",
        "freshness": "stale",
        "as_of": "2026-01-01T12:00:00Z",
        "reason": "Temporal does not answer.",
        "code": "temporal_unavailable",
        "period": None,
    }


def test_an_error_is_the_problem_of_the_api():
    assert json.loads(error_frame(DENIED, "abc")) == DENIED.body("abc") | {"type": "error"}


# The client that tests use


def test_a_gap_asks_for_a_snapshot_and_what_is_known_is_left_out():
    frames = TreeFrames(RELEASE)
    state = told(frames, TreeSnapshot(tree(entity(EntityType.RELEASE, "r", state="pending"), version=5)))
    renamed = difference(entity(EntityType.RELEASE, "r"), entity(EntityType.RELEASE, "r", name="Old"))
    for version, wants in ((5, Wants.NOTHING), (7, Wants.RESYNC)):
        assert state.receive(json.loads(frames.frame(TreePatch(version, LATER, tuple(renamed))))) is wants
        assert state.data["name"] is None
