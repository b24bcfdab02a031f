"""The example client, run as a user would: by itself, against a portal and a Temporal server."""

import asyncio
import subprocess
import sys

import pytest

from releases.domain import RunStatus
from tests.integration.plans import children_of, small, whole
from tests.live_server import PASSWORD, ROOT, VIEWER, environment, live_server
from tests.worlds import real_world

pytestmark = pytest.mark.temporal


async def test_it_follows_a_release_to_its_end(temporal_server, tmp_path, portal_database):
    plan = small("followed")
    async with real_world(temporal_server) as world:
        await world.start("release:followed", whole(plan))
        values = {"TEMPORAL_HOST": world.host, "TEMPORAL_NAMESPACE": world.namespace}
        with live_server(tmp_path, portal_database, **values) as portal:
            example = await asyncio.create_subprocess_exec(
                *(sys.executable, "examples/follow_release.py", portal.url, VIEWER, "release:followed"),
                cwd=ROOT,
                env=environment(RELPORTAL_PASSWORD=PASSWORD),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            try:
                said = await until_it_says(example, "live")
                children_of(plan)[0]["state"] = "completed"
                await world.tell("release:followed", whole(plan))
                said += await until_it_says(example, "set wave:w1 completed")
                await world.end("release:followed", RunStatus.COMPLETED)
                said += await until_it_says(example, "ended")
                assert await example.wait() == 0
            finally:
                if example.returncode is None:
                    example.kill()
                    await example.wait()

    assert said[0].startswith("release:followed deploying")
    assert said[-1] == "release:followed ended: deploying"


async def until_it_says(example, words):
    """The lines that it prints, up to one with these words."""
    said = []
    async with asyncio.timeout(60):
        while line := (await example.stdout.readline()).decode().strip():
            said.append(line)
            if words in line:
                return said
    raise AssertionError(f"{words!r} is not in {said}")
