"""A release whose entities are workflows of their own, each under its entity's ID and each answering for itself alone.

A parent starts its children while it is still pending, so that the whole release can be seen before it begins, and
signals each of them when its turn comes. When a parent closes, what is left of its children is cancelled.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError, ChildWorkflowError, is_cancelled_exception
from temporalio.workflow import ChildWorkflowHandle, ParentClosePolicy

from releases.demo import states
from releases.demo.plans import AppPlan, BundlePlan, ClusterPlan, ReleasePlan, WavePlan
from releases.demo.states import AppState, BundleState, ClusterState, EntityState, ReleaseState, WaveState

Child = ChildWorkflowHandle[Any, Any]


class _Entity:
    """An entity that begins when its parent says so."""

    def __init__(self) -> None:
        self._begun = False

    @workflow.signal
    def begin(self) -> None:
        self._begun = True

    async def _turn(self) -> None:
        await workflow.wait_condition(lambda: self._begun)

    async def _roll_out(self, entity: EntityState, children: Sequence[Child], *, together: bool) -> None:
        """Wait for the turn, run the children, and end as they did."""
        await self._turn()
        entity.become(states.IN_PROGRESS, workflow.now())
        if together:
            ended = await asyncio.gather(*(_run(child) for child in children))
        else:
            ended = [await _run(child) for child in children]
        state, error_message = states.outcome(ended)
        entity.become(state, workflow.now(), error_message)


@workflow.defn
class AppEntityWorkflow(_Entity):
    @workflow.init
    def __init__(self, plan: AppPlan) -> None:
        super().__init__()
        self._app = states.pending_app(plan, workflow.now())

    @workflow.run
    async def run(self, plan: AppPlan) -> AppState:
        try:
            await self._turn()
            self._app.become(states.DEPLOYING, workflow.now())
            await asyncio.sleep(plan.deploy_seconds)  # a durable timer, where a real one runs activities
        except asyncio.CancelledError as error:
            _stop(self._app, error)
            raise
        self._app.become(states.FAILED if plan.failure else states.RUNNING, workflow.now(), plan.failure)
        return self._app

    @workflow.query
    def get_app_state(self) -> AppState:
        return self._app


@workflow.defn
class BundleEntityWorkflow(_Entity):
    @workflow.init
    def __init__(self, plan: BundlePlan) -> None:
        super().__init__()
        self._bundle = states.pending_bundle(plan, workflow.now())

    @workflow.run
    async def run(self, plan: BundlePlan) -> BundleState:
        try:
            apps = await _start(AppEntityWorkflow.run, plan.apps)
            await self._roll_out(self._bundle, apps, together=False)
        except (asyncio.CancelledError, ChildWorkflowError) as error:
            _stop(self._bundle, error)
            raise
        return self._bundle

    @workflow.query
    def get_bundle_state(self) -> BundleState:
        return self._bundle


@workflow.defn
class ClusterEntityWorkflow(_Entity):
    @workflow.init
    def __init__(self, plan: ClusterPlan) -> None:
        super().__init__()
        self._cluster = states.pending_cluster(plan, workflow.now())

    @workflow.run
    async def run(self, plan: ClusterPlan) -> ClusterState:
        try:
            bundles = await _start(BundleEntityWorkflow.run, plan.bundles)
            await self._roll_out(self._cluster, bundles, together=True)
        except (asyncio.CancelledError, ChildWorkflowError) as error:
            _stop(self._cluster, error)
            raise
        return self._cluster

    @workflow.query
    def get_cluster_state(self) -> ClusterState:
        return self._cluster


@workflow.defn
class WaveEntityWorkflow(_Entity):
    @workflow.init
    def __init__(self, plan: WavePlan) -> None:
        super().__init__()
        self._wave = states.pending_wave(plan, workflow.now())

    @workflow.run
    async def run(self, plan: WavePlan) -> WaveState:
        try:
            clusters = await _start(ClusterEntityWorkflow.run, plan.clusters)
            await self._roll_out(self._wave, clusters, together=True)
        except (asyncio.CancelledError, ChildWorkflowError) as error:
            _stop(self._wave, error)
            raise
        return self._wave

    @workflow.query
    def get_wave_state(self) -> WaveState:
        return self._wave


@workflow.defn
class ReleaseEntityWorkflow:
    """It fails when an app fails, once the wave that the app belongs to has ended."""

    @workflow.init
    def __init__(self, plan: ReleasePlan) -> None:
        self._release = states.pending_release(plan, workflow.info().workflow_id, workflow.now())

    @workflow.run
    async def run(self, plan: ReleasePlan) -> ReleaseState:
        try:
            waves = await _start(WaveEntityWorkflow.run, plan.waves)
            await asyncio.sleep(plan.begin_after_seconds)
            self._release.become(states.IN_PROGRESS, workflow.now())
            for wave in waves:
                await _run_or_fail(wave)
        except (asyncio.CancelledError, ChildWorkflowError, ApplicationError) as error:
            _stop(self._release, error)
            raise
        self._release.become(states.COMPLETED, workflow.now())
        return self._release

    @workflow.query
    def get_release_state(self) -> ReleaseState:
        return self._release


ENTITY_WORKFLOWS: list[type] = [
    ReleaseEntityWorkflow,
    WaveEntityWorkflow,
    ClusterEntityWorkflow,
    BundleEntityWorkflow,
    AppEntityWorkflow,
]


async def _start(run: Callable[..., Any], plans: Sequence[Any]) -> list[Child]:
    """Start a child for each plan, its workflow ID being the entity ID. Each is pending until it is run."""
    policy = ParentClosePolicy.REQUEST_CANCEL
    starting = [workflow.start_child_workflow(run, plan, id=plan.id, parent_close_policy=policy) for plan in plans]
    return await asyncio.gather(*starting)


async def _run(child: Child) -> EntityState:
    await child.signal(_Entity.begin)
    if workflow.cancellation_reason() is not None:
        # A cancellation that arrives while a signal is on its way ends neither: the SDK waits for the signal instead.
        raise asyncio.CancelledError
    ended: EntityState = await child
    return ended


async def _run_or_fail(child: Child) -> None:
    ended = await _run(child)
    if ended.state == states.FAILED:
        raise ApplicationError(f"{ended.name}: {ended.error_message}", non_retryable=True)


def _stop(entity: EntityState, error: BaseException) -> None:
    """Say why the entity's workflow ends early: it was cancelled, it failed, or one of its children was lost."""
    if is_cancelled_exception(error):
        entity.become(states.CANCELLED, workflow.now())
    else:
        entity.become(states.FAILED, workflow.now(), str(error))
