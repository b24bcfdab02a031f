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
    whole = {"id": release_id, "state": "deploying", "waves": list(_nested(tree, CHILDREN))}
    queries = {"get_release_state": {"id": release_id, "state": "deploying"}, "get_hierarchy": whole}
    return temporal.start(release_id, queries, **options)


def start_spread(temporal: FakeTemporal, release_id: str, tree: Tree = SMALL, **options: Any) -> Run:
    """A release with a workflow for each of its entities."""
    for entity_id, fields in _flat(tree, CHILDREN[1:]):
        temporal.start(entity_id, {f"get_{entity_id.partition(':')[0]}_state": fields}, **options)
    release = {"id": release_id, "state": "deploying", "wave_ids": list(tree)}
    return temporal.start(release_id, {"get_release_state": release}, **options)


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
