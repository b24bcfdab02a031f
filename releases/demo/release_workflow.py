"""A release in one workflow, which holds the state of everything below it and answers for all of it.

One workflow is enough for thousands of entities. It continues as new between waves, so that its history stays short.
"""

import asyncio
from dataclasses import dataclass, replace

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from releases.demo import states
from releases.demo.plans import AppPlan, BundlePlan, ClusterPlan, ReleasePlan, WavePlan
from releases.demo.states import (
    AppState,
    BundleState,
    BundleTree,
    ClusterState,
    ClusterTree,
    EntityState,
    ReleaseState,
    ReleaseTree,
    WaveState,
    WaveTree,
)

HISTORY_EVENTS = 2_000
"""A run of this length continues as new. Deploying an app takes about 5 events; Temporal warns from 10,240 on."""


@dataclass(kw_only=True)
class HeldRelease:
    """Everything that the workflow holds, by entity ID. A run hands it on to the next one."""

    release: ReleaseState
    waves: dict[str, WaveState]
    clusters: dict[str, ClusterState]
    bundles: dict[str, BundleState]
    apps: dict[str, AppState]

    def cancel_unfinished(self) -> None:
        below = [*self.apps.values(), *self.bundles.values(), *self.clusters.values(), *self.waves.values()]
        for entity in [*below, self.release]:
            if entity.state in states.UNFINISHED:
                entity.become(states.CANCELLED, workflow.now())

    def tree(self) -> ReleaseTree:
        waves = [self._wave_tree(self.waves[wave_id]) for wave_id in self.release.wave_ids]
        return ReleaseTree(**vars(self.release), waves=waves)

    def _wave_tree(self, wave: WaveState) -> WaveTree:
        clusters = [self._cluster_tree(self.clusters[cluster_id]) for cluster_id in wave.cluster_ids]
        return WaveTree(**vars(wave), clusters=clusters)

    def _cluster_tree(self, cluster: ClusterState) -> ClusterTree:
        bundles = [self._bundle_tree(self.bundles[bundle_id]) for bundle_id in cluster.bundle_ids]
        return ClusterTree(**vars(cluster), bundles=bundles)

    def _bundle_tree(self, bundle: BundleState) -> BundleTree:
        return BundleTree(**vars(bundle), apps=[self.apps[app_id] for app_id in bundle.app_ids])


def hold(plan: ReleasePlan) -> HeldRelease:
    """The release as planned, with everything pending."""
    now = workflow.now()
    return HeldRelease(
        release=states.pending_release(plan, workflow.info().workflow_id, now),
        waves={wave.id: states.pending_wave(wave, now) for wave in plan.waves},
        clusters={cluster.id: states.pending_cluster(cluster, now) for cluster in plan.clusters},
        bundles={bundle.id: states.pending_bundle(bundle, now) for bundle in plan.bundles},
        apps={app.id: states.pending_app(app, now) for app in plan.apps},
    )


@dataclass(frozen=True, kw_only=True)
class ReleaseInput:
    plan: ReleasePlan
    continue_after_events: int = HISTORY_EVENTS
    held: HeldRelease | None = None
    """What the run before this one held; None for the first."""


@workflow.defn
class ReleaseWorkflow:
    """Its workflow ID is the release's ID. It fails when an app fails, once the wave that holds the app has ended."""

    @workflow.init
    def __init__(self, start: ReleaseInput) -> None:
        self._held = start.held or hold(start.plan)

    @workflow.run
    async def run(self, start: ReleaseInput) -> ReleaseState:
        release = self._held.release
        try:
            await self._begin(release, start.plan)
            for wave in start.plan.waves:
                await self._roll_out_wave(wave, start)
        except (asyncio.CancelledError, ApplicationError) as error:
            if isinstance(error, ApplicationError):
                release.become(states.FAILED, workflow.now(), str(error))
            self._held.cancel_unfinished()
            raise
        release.become(states.COMPLETED, workflow.now())
        return release

    @workflow.query
    def get_release_state(self) -> ReleaseState:
        return self._held.release

    @workflow.query
    def get_wave_state(self, wave_id: str) -> WaveState | None:
        return self._held.waves.get(wave_id)

    @workflow.query
    def get_cluster_state(self, cluster_id: str) -> ClusterState | None:
        return self._held.clusters.get(cluster_id)

    @workflow.query
    def get_bundle_state(self, bundle_id: str) -> BundleState | None:
        return self._held.bundles.get(bundle_id)

    @workflow.query
    def get_app_state(self, app_id: str) -> AppState | None:
        return self._held.apps.get(app_id)

    @workflow.query
    def get_hierarchy(self) -> ReleaseTree:
        return self._held.tree()

    async def _begin(self, release: ReleaseState, plan: ReleasePlan) -> None:
        if release.state == states.PENDING:
            await asyncio.sleep(plan.begin_after_seconds)
            release.become(states.IN_PROGRESS, workflow.now())

    async def _roll_out_wave(self, plan: WavePlan, start: ReleaseInput) -> None:
        wave = self._held.waves[plan.id]
        if wave.state == states.COMPLETED:  # by the run before this one
            return
        if workflow.info().get_current_history_length() > start.continue_after_events:
            workflow.continue_as_new(replace(start, held=self._held))
        wave.become(states.IN_PROGRESS, workflow.now())
        await asyncio.gather(*(self._roll_out_cluster(cluster) for cluster in plan.clusters))
        _end(wave, [self._held.clusters[cluster_id] for cluster_id in wave.cluster_ids])
        if wave.state == states.FAILED:
            raise ApplicationError(f"{wave.name}: {wave.error_message}", non_retryable=True)

    async def _roll_out_cluster(self, plan: ClusterPlan) -> None:
        cluster = self._held.clusters[plan.id]
        cluster.become(states.IN_PROGRESS, workflow.now())
        await asyncio.gather(*(self._roll_out_bundle(bundle) for bundle in plan.bundles))
        _end(cluster, [self._held.bundles[bundle_id] for bundle_id in cluster.bundle_ids])

    async def _roll_out_bundle(self, plan: BundlePlan) -> None:
        bundle = self._held.bundles[plan.id]
        bundle.become(states.IN_PROGRESS, workflow.now())
        for app in plan.apps:
            await self._deploy(app)
        _end(bundle, [self._held.apps[app_id] for app_id in bundle.app_ids])

    async def _deploy(self, plan: AppPlan) -> None:
        app = self._held.apps[plan.id]
        app.become(states.DEPLOYING, workflow.now())
        await asyncio.sleep(plan.deploy_seconds)  # a durable timer, where a real one runs activities
        app.become(states.FAILED if plan.failure else states.RUNNING, workflow.now(), plan.failure)


def _end(parent: EntityState, children: list[EntityState]) -> None:
    state, error_message = states.outcome(children)
    parent.become(state, workflow.now(), error_message)
