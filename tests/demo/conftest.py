"""A real Temporal development server with the demo's worker, one for each module."""

from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from releases.demo.worker import worker
from tests.temporal import temporal_command

# A development server deletes a workflow only after it has noted its own progress, which by default it does every 30 s.
NOTE_PROGRESS_EACH_SECOND = [
    *("--dynamic-config-value", 'history.transferProcessorUpdateAckInterval="1s"'),
    *("--dynamic-config-value", 'history.visibilityProcessorUpdateAckInterval="1s"'),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client() -> AsyncIterator[Client]:
    server = await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_command(),
        dev_server_log_level="error",
        dev_server_extra_args=NOTE_PROGRESS_EACH_SECOND,
    )
    async with server, worker(server.client):
        yield server.client
