"""Measures everything, prints the table, and writes it to `var/bench.json`. Fails where a bar does not hold."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from tests.bench import cold_tree
from tests.bench.table import print_table, write
from tests.temporal import temporal_command

RESULTS = Path("var/bench.json")


async def main() -> int:
    async with _temporal() as client:
        measures = await cold_tree.measure(client)
    print_table(measures)
    write(measures, RESULTS)
    return 0 if all(measure.holds is not False for measure in measures) else 1


@asynccontextmanager
async def _temporal() -> AsyncIterator[Client]:
    """A real development server, and a worker in a process of its own, as people run them."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_command(), dev_server_log_level="error", ui=False
    ) as environment:
        host = environment.client.service_client.config.target_host
        worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.bench.workflows", host, "default")
        try:
            yield environment.client
        finally:
            worker.terminate()
            await worker.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
