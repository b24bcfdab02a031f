"""Made-up releases for the fake Temporal, small enough to be written down in a test."""

from collections.abc import Iterator, Mapping
from typing import Any

from releases.domain import Run
from tests.fakes.gateway import FakeTemporal

Tree = Mapping[str, Any]
"""IDs from the waves down, each with what it holds; an app with its state."""

SMALL: Tree = {
    "wave:w1": {
        "cluster:eu-west": {"bundle:core": {"app:api": "running", "app:web": "deploying"}},
        "cluster:us-east": {"bundle:edge": {"app:proxy": "failed"}},
    },
    "wave:w2": {},
}
"""Eight entities besides the release, each ID once: three apps, of which one succeeded, one is active, one failed."""

TWICE: Tree = {
    "wave:w1": {
        "cluster:eu-west": {"bundle:core": {"app:api": "running"}},
        "cluster:us-east": {"bundle:core": {"app:api": "pending"}},
    },
}
"""The same bundle and app in two clusters."""

CHILDREN = ("waves", "clusters", "bundles", "apps")


def start(temporal: FakeTemporal, release_id: str, state: str = "deploying", **options: Any) -> Run:
    """A release that holds nothing."""
    return temporal.start(release_id, {"get_release_state": {"id": release_id, "state": state}}, **options)


def start_whole(temporal: FakeTemporal, release_id: str, tree: Tree = SMALL, **options: Any) -> Run:
    """A release in one workflow, which tells of all of it at once."""
    return temporal.start(release_id, whole(release_id, tree), **options)


def start_spread(temporal: FakeTemporal, release_id: str, tree: Tree = SMALL, **options: Any) -> Run:
    """A release with a workflow for each of its entities."""
    *below, (_, release) = spread(release_id, tree).items()
    for workflow_id, answers in below:
        temporal.start(workflow_id, answers, **options)
    return temporal.start(release_id, release, **options)


def whole(release_id: str, tree: Tree = SMALL) -> dict[str, Any]:
    """What the one workflow of a release answers."""
    release = {"id": release_id, "state": "deploying"}
    return {"get_release_state": release, "get_hierarchy": {**release, "waves": list(_nested(tree, CHILDREN))}}


def spread(release_id: str, tree: Tree = SMALL) -> dict[str, dict[str, Any]]:
    """What each workflow of a release answers, by workflow ID; the release's own is the last."""
    answers = {i: {f"get_{i.partition(':')[0]}_state": fields} for i, fields in _flat(tree, CHILDREN[1:])}
    release = {"id": release_id, "state": "deploying", "wave_ids": list(tree)}
    return answers | {release_id: {"get_release_state": release}}


def _nested(tree: Tree, levels: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for entity_id, inner in tree.items():
        if isinstance(inner, str):
            yield {"id": entity_id, "state": inner}
        else:
            yield {"id": entity_id, "state": "deploying", levels[1]: list(_nested(inner, levels[1:]))}


def _flat(tree: Tree, levels: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    for entity_id, inner in tree.items():
        if isinstance(inner, str):
            yield entity_id, {"id": entity_id, "state": inner}
        else:
            yield entity_id, {"id": entity_id, "state": "deploying", f"{levels[0].removesuffix('s')}_ids": list(inner)}
            yield from _flat(inner, levels[1:])
