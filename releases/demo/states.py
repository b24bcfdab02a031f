"""What the sample workflows answer: the state of each entity, with the fields that Relportal reads.

An entity begins as `pending`. A release, wave, cluster or bundle goes on to `in_progress` and ends as `completed`,
`failed` or `cancelled`; an app goes on to `deploying` and ends as `running`, `failed` or `cancelled`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from releases.demo.plans import AppPlan, BundlePlan, ClusterPlan, ReleasePlan, WavePlan

PENDING = "pending"
IN_PROGRESS = "in_progress"
COMPLETED = "completed"
DEPLOYING = "deploying"
RUNNING = "running"
FAILED = "failed"
CANCELLED = "cancelled"

WORKING = frozenset({IN_PROGRESS, DEPLOYING})
UNFINISHED = WORKING | {PENDING}


@dataclass(kw_only=True)
class EntityState:
    """Times are ISO 8601 with their zone."""

    id: str
    name: str
    state: str = PENDING
    error_message: str | None = None
    created_at: str | None = None
    """When work on it began; None until then, and for good where it was cancelled before."""
    updated_at: str
    """When it came to be in its state: of what has ended, when it ended."""

    def become(self, state: str, now: datetime, error_message: str | None = None) -> None:
        if self.state == PENDING and state in WORKING:
            self.created_at = now.isoformat()
        self.state = state
        self.error_message = error_message
        self.updated_at = now.isoformat()


@dataclass(kw_only=True)
class ReleaseState(EntityState):
    workflow_id: str
    wave_ids: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class WaveState(EntityState):
    release_id: str
    sequence: int
    cluster_ids: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class ClusterState(EntityState):
    wave_id: str
    bundle_ids: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class BundleState(EntityState):
    cluster_id: str
    app_ids: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class AppState(EntityState):
    bundle_id: str
    version: str


# The same, each with what it holds: the answer to `get_hierarchy`.


@dataclass(kw_only=True)
class BundleTree(BundleState):
    apps: list[AppState]


@dataclass(kw_only=True)
class ClusterTree(ClusterState):
    bundles: list[BundleTree]


@dataclass(kw_only=True)
class WaveTree(WaveState):
    clusters: list[ClusterTree]


@dataclass(kw_only=True)
class ReleaseTree(ReleaseState):
    waves: list[WaveTree]


def pending_release(plan: ReleasePlan, workflow_id: str, now: datetime) -> ReleaseState:
    return ReleaseState(**_pending(plan, now), workflow_id=workflow_id, wave_ids=[wave.id for wave in plan.waves])


def pending_wave(plan: WavePlan, now: datetime) -> WaveState:
    cluster_ids = [cluster.id for cluster in plan.clusters]
    return WaveState(**_pending(plan, now), release_id=plan.release_id, sequence=plan.sequence, cluster_ids=cluster_ids)


def pending_cluster(plan: ClusterPlan, now: datetime) -> ClusterState:
    bundle_ids = [bundle.id for bundle in plan.bundles]
    return ClusterState(**_pending(plan, now), wave_id=plan.wave_id, bundle_ids=bundle_ids)


def pending_bundle(plan: BundlePlan, now: datetime) -> BundleState:
    return BundleState(**_pending(plan, now), cluster_id=plan.cluster_id, app_ids=[app.id for app in plan.apps])


def pending_app(plan: AppPlan, now: datetime) -> AppState:
    return AppState(**_pending(plan, now), bundle_id=plan.bundle_id, version=plan.version)


def _pending(plan: ReleasePlan | WavePlan | ClusterPlan | BundlePlan | AppPlan, now: datetime) -> dict[str, Any]:
    return {"id": plan.id, "name": plan.name, "updated_at": now.isoformat()}


def outcome(children: Iterable[EntityState]) -> tuple[str, str | None]:
    """How a parent ends whose children have ended: its state, and its error message where one of them failed."""
    ends = list(children)
    failed = [child.name for child in ends if child.state == FAILED]
    if not failed:
        return COMPLETED, None
    return FAILED, f"{len(failed)} of {len(ends)} failed: {', '.join(failed)}"
