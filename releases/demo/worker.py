"""The demo's worker: runs the sample workflows and the programme against any Temporal server.

`python -m releases.demo.worker` reads TEMPORAL_HOST, TEMPORAL_NAMESPACE and the settings for TLS as the portal does.
It waits for a server that is not there yet, and ends at SIGINT or SIGTERM.
"""

import argparse
import asyncio
import logging
import os
import signal
from contextlib import suppress
from pathlib import Path

import structlog
from temporalio.client import Client, TLSConfig
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from releases.demo.entity_workflows import ENTITY_WORKFLOWS
from releases.demo.programme import PROGRAMME
from releases.demo.release_workflow import ReleaseWorkflow
from releases.demo.scenario import RETRY_SECONDS, TASK_QUEUE, play

log = structlog.get_logger(__name__)


def worker(client: Client) -> Worker:
    """A worker of all sample workflows."""
    # Loading a workflow's module anew for each workflow takes 10 to 20 ms, which a release of 90 workflows feels. What
    # the sandbox would find, code that does not replay, a test finds by replaying recorded histories.
    restrictions = SandboxRestrictions.default.with_passthrough_modules("releases.demo")
    return Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[ReleaseWorkflow, *ENTITY_WORKFLOWS],
        workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
    )


async def run(speed: float) -> None:
    client = await _connect()
    async with worker(client):
        log.info("demo_worker_started", namespace=client.namespace)
        await play(client, PROGRAMME, speed=speed)


async def _connect() -> Client:
    while True:
        try:
            return await Client.connect(
                os.environ.get("TEMPORAL_HOST", "localhost:7233"),
                namespace=os.environ.get("TEMPORAL_NAMESPACE", "default"),
                api_key=os.environ.get("TEMPORAL_API_KEY"),
                tls=_tls(),
            )
        except RuntimeError as error:  # what the client raises where nothing answers
            log.warning("demo_worker_waits_for_temporal", reason=str(error))
            await asyncio.sleep(RETRY_SECONDS)


def _tls() -> TLSConfig | bool:
    certificate, key, authority = (_file(f"TEMPORAL_TLS_{name}") for name in ("CERT", "KEY", "CA"))
    if certificate or authority:
        return TLSConfig(client_cert=certificate, client_private_key=key, server_root_ca_cert=authority)
    return os.environ.get("TEMPORAL_TLS", "").lower() in ("1", "true", "yes", "on")


def _file(name: str) -> bytes | None:
    path = os.environ.get(name)
    return Path(path).read_bytes() if path else None


async def _until_signalled(speed: float) -> None:
    running = asyncio.create_task(run(speed))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    with suppress(asyncio.CancelledError):
        await running
    log.info("demo_worker_stopped")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m releases.demo.worker", description=__doc__)
    parser.add_argument("--speed", type=float, default=1.0, help="2 has everything happen in half the time")
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(_until_signalled(parser.parse_args().speed))


if __name__ == "__main__":
    main()
