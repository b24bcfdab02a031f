"""Recorded histories replayed: a change of workflow code must not break the releases that run while it is deployed."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from releases.demo.entity_workflows import ENTITY_WORKFLOWS
from releases.demo.release_workflow import ReleaseWorkflow
from tests.demo.record_histories import HISTORIES

HOW_TO_MEND = """
{name} does not replay: a release that runs while this code is deployed would be stuck. Either make the change with
workflow.patched() (https://docs.temporal.io/develop/python/versioning), so that old histories still take the old
steps, or, if no such release needs to live on, record anew: python -m tests.demo.record_histories
What differs: {difference}
"""

RECORDED = sorted(HISTORIES.glob("*.json"))


def test_every_sample_workflow_has_a_recorded_history() -> None:
    recorded = {_workflow_type(path) for path in RECORDED}
    assert recorded == {workflow.__name__ for workflow in [ReleaseWorkflow, *ENTITY_WORKFLOWS]}


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(path: Path) -> None:
    history = _history(path)
    replayer = Replayer(workflows=[ReleaseWorkflow, *ENTITY_WORKFLOWS])
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    if result.replay_failure:
        pytest.fail(HOW_TO_MEND.format(name=path.name, difference=result.replay_failure), pytrace=False)


def _history(path: Path) -> WorkflowHistory:
    recorded = json.loads(path.read_text())
    return WorkflowHistory.from_json(recorded["workflow_id"], recorded["history"])


def _workflow_type(path: Path) -> str:
    started = json.loads(path.read_text())["history"]["events"][0]["workflowExecutionStartedEventAttributes"]
    return str(started["workflowType"]["name"])
