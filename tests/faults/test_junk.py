"""Workflows that answer anything at all: a tree comes out each time, and what is wrong is said where it is wrong."""

import asyncio
import copy
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from releases.domain import Entity, EntityId, Tree
from releases.encoding import to_json
from releases.hierarchy import HierarchyReader
from releases.phases import Phase, PhaseTable
from releases.reading import ReaderConfig
from releases.representation import Links, Representation
from releases.topology import ReleaseWorkflowIds
from tests.fakes.gateway import FakeTemporal
from tests.integration.plans import children_of, small, walk, workflows

RELEASE_ID = EntityId("release:r")
QUERIES = ["get_hierarchy", *(f"get_{level}_state" for level in ("release", "wave", "cluster", "bundle", "app"))]
OWN = [(), ("app",), ("wave", "cluster", "bundle", "app")]
"""What has workflows of its own."""

_IDS = ["release:r", "release:other", "wave:w1", "wave:w2", "cluster:c1", "bundle:b1", "app:a1", "app:none", "wave:"]
_NAMES = ["id", "state", "name", "error_message", "created_at", "sequence", "version", "release_id", "wave_id"]
_NAMES += ["waves", "wave_ids", "clusters", "cluster_ids", "bundle", "bundles", "bundle_ids", "apps", "app_ids"]
_NAMES += ["release", "wave", "cluster", "app", "workflow_id", "updated_at"]

# JSON as Python reads it, which is more than JSON: halves of characters, numbers of any length, and no numbers.
_TEXT = st.text(st.characters(), max_size=12) | st.sampled_from(_IDS)
_SCALARS = st.none() | st.booleans() | st.integers() | st.integers(2**63, 2**200) | st.floats() | _TEXT
JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_NAMES) | _TEXT, inner, max_size=5),
    max_leaves=15,
)


def many(examples: int) -> settings:
    """10,000 in all. The same with each run."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    own = asyncio.new_event_loop()
    yield own
    own.close()


def read(loop: asyncio.AbstractEventLoop, answers: dict[str, Any]) -> Tree:
    """The tree of these workflows, by their IDs. What it is shown as can be written, and read again."""
    temporal = FakeTemporal()
    for workflow_id, queries in answers.items():
        temporal.start(workflow_id, queries)
    reader = HierarchyReader(temporal.gateway(), PhaseTable(), ReaderConfig(5.0, 100, ReleaseWorkflowIds()))
    tree = loop.run_until_complete(reader.tree(RELEASE_ID))
    shown = orjson.loads(to_json(Representation(Links(None, "default")).hierarchy(tree)))
    assert shown["id"] == RELEASE_ID
    return tree


def as_functions(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers as plans give them, `query argument` to what is told of that entity, as a query that takes arguments."""
    names = {name.partition(" ")[0] for name in answers}

    def function(name: str) -> Any:
        return lambda argument: answers.get(name if argument is None else f"{name} {argument}", answers.get(name))

    return {name: function(name) for name in names}


@many(4_000)
@given(answers=st.dictionaries(st.sampled_from(QUERIES), JSON, min_size=1))
def test_of_any_answers_a_tree_comes_out(loop: asyncio.AbstractEventLoop, answers: dict[str, Any]) -> None:
    release = read(loop, {"release:r": {"get_release_state": None, **answers}}).release
    assert all(isinstance(entity.phase, Phase) for entity in release.walk())
    told = answers.get("get_hierarchy"), answers.get("get_release_state")
    if not any(isinstance(answer, dict) and answer for answer in told):
        assert release.problem is not None
        assert release.children == ()


def spoil(entity: dict[str, Any], data: st.DataObject) -> Any:
    """Something about this entity becomes junk, which is returned."""
    name = data.draw(st.sampled_from([*entity, *_NAMES]), label="field")
    match data.draw(st.sampled_from(["replace", "remove", "repeat"]), label="how"):
        case "replace":
            entity[name] = data.draw(JSON, label="junk")
        case "remove":
            entity.pop(name, None)
        case "repeat":
            entity[name] = [entity.get(name)] * 2
    return entity.get(name)


def expect_the_rest(release: Entity, spoilt: str, junk: Any) -> None:
    """What is not below the entity that was spoilt, and neither named by the junk nor below what is, is as it was and
    where it was."""
    found = {entity.path: entity for entity in release.walk()}
    for path, told in _places(small()):
        entity_id = str(told["id"])
        named = any(step in repr(junk) for step in (entity_id, *path.split("/")) if step)
        if spoilt in path.split("/") or named or any(e["id"] == spoilt for e in walk(told)):
            continue
        assert (found[path].id, found[path].state, found[path].problem) == (entity_id, told["state"], None)


def _places(plan: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    for child in children_of(plan):
        path = f"{above}/{child['id']}".lstrip("/")
        yield path, child
        yield from _places(child, path)


@many(3_000)
@given(data=st.data())
def test_of_one_workflow_nothing_is_spoilt_beside_what_is_wrong(
    loop: asyncio.AbstractEventLoop, data: st.DataObject
) -> None:
    plan = copy.deepcopy(small())
    entity = data.draw(st.sampled_from([entity for entity in walk(plan) if entity is not plan]), label="entity")
    entity_id = str(entity["id"])
    junk = spoil(entity, data)
    queries = {"get_release_state": {"id": "release:r", "state": "deploying"}, "get_hierarchy": plan}
    expect_the_rest(read(loop, {"release:r": queries}).release, entity_id, junk)


@many(3_000)
@given(own=st.sampled_from(OWN), data=st.data())
def test_nor_where_entities_are_asked_for_one_by_one(
    loop: asyncio.AbstractEventLoop, own: tuple[str, ...], data: st.DataObject
) -> None:
    answers: dict[str, Any] = copy.deepcopy(workflows(small(), own))
    places = [(workflow_id, name) for workflow_id, told in answers.items() for name in told]
    workflow_id, name = data.draw(st.sampled_from(places), label="answer")
    told = answers[workflow_id]
    entity_id = str(told[name]["id"])
    if data.draw(st.booleans(), label="all of it"):
        junk = told[name] = data.draw(JSON, label="junk")
    else:
        junk = spoil(told[name], data)
    release = read(loop, {each: as_functions(queries) for each, queries in answers.items()}).release
    if entity_id != RELEASE_ID:
        expect_the_rest(release, entity_id, junk)
