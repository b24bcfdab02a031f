"""`python -m tests.e2e.worker HOST TASK_QUEUE [NAMESPACE]` works for the tests' releases until it is ended."""

import asyncio
import sys

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from tests.workflows import HolderWorkflow


async def work(host: str, task_queue: str, namespace: str = "default") -> None:
    client = await Client.connect(host, namespace=namespace)
    async with Worker(
        client, task_queue=task_queue, workflows=[HolderWorkflow], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
