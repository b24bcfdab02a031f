"""Measures everything, prints the table, and writes it to `var/bench.json`. Fails where a bar does not hold.

`--releases` says how many the long list has: starting 10,000 takes a minute or so.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import Client

from tests.bench import cold_tree, release_list
from tests.bench.processes import portals, temporal
from tests.bench.table import Measure, print_table, write

RESULTS = Path("var/bench.json")
TREES, MANY, FEW = "trees", "many", "few"


async def measure(releases: int) -> list[Measure]:
    _stop_in_order()
    with (
        TemporaryDirectory() as directory,
        # The servers end after the last call to them has, and take a while. That matters: a thread of the SDK that is
        # still busy with an answer when Python ends brings it down (temporalio/sdk-python#300).
        temporal(Path(directory), (TREES, MANY, FEW)) as host,
        portals(Path(directory), host, (MANY, FEW)) as (portal_of_many, portal_of_few),
    ):
        trees, many, few = [await Client.connect(host, namespace=namespace) for namespace in (TREES, MANY, FEW)]
        # The trees first: for a while after ten thousand starts the server is busy with them.
        say("Measuring cold trees …")
        measures = await cold_tree.measure(trees)
        say(f"Starting {releases:,} releases, which takes a minute or two …")
        await release_list.start(few, release_list.FEW)
        settled_at = await release_list.start(many, releases)
        say("Measuring the list …")
        return measures + await release_list.measure(many, few, releases, settled_at, (portal_of_many, portal_of_few))


def _stop_in_order() -> None:
    """SIGTERM and SIGHUP do what Ctrl-C does."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--releases", type=int, default=10_000)
    try:
        measures = asyncio.run(measure(parser.parse_args().releases))
    except (KeyboardInterrupt, asyncio.CancelledError):
        say("Stopped.")
        return 130
    print_table(measures)
    write(measures, RESULTS)
    return 0 if all(measure.holds is not False for measure in measures) else 1


if __name__ == "__main__":
    sys.exit(main())
