"""Measures, prints the table, and writes it to `var/bench.json`. Fails where a bar does not hold.

`python -m tests.bench` measures everything, `python -m tests.bench load …` some parts. `--releases` says how many the
long list has: starting 10,000 takes a minute or so. `--seconds` says how long the soak is.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from tests.bench import (
    access_record,
    big_tree,
    cold_tree,
    event_to_browser,
    event_to_socket,
    live_releases,
    load,
    many_sockets,
    outages,
    release_list,
    soak,
)
from tests.bench.processes import Stage, stage
from tests.bench.table import Measure, print_table, write

RESULTS = Path("var/bench.json")
TREES, MANY, FEW = "trees", "many", "few"

LIVE = {
    "event_to_socket": event_to_socket.measure,
    "event_to_browser": event_to_browser.measure,
    "many_sockets": many_sockets.measure,
    "load": load.measure,
}
"""Parts that share releases which change. Each has a portal that has served nobody before."""

PARTS = ("access_record", "big_tree", "cold_tree", *LIVE, "outages", "soak", "release_list")
"""The list comes last: for a while after ten thousand starts the server is busy with them."""


async def measure(parts: set[str], releases: int, seconds: float) -> list[Measure]:
    _stop_in_order()
    measures: list[Measure] = []
    if "access_record" in parts:
        say("Measuring the access record …")
        measures += await asyncio.to_thread(access_record.measure)
    if "big_tree" in parts:
        say("Measuring a big tree in a browser …")
        measures += await big_tree.measure()
    if parts - {"access_record", "big_tree"}:
        measures += await _measure_with_temporal(parts, releases, seconds)
    return measures


async def _measure_with_temporal(parts: set[str], releases: int, seconds: float) -> list[Measure]:
    measures: list[Measure] = []
    # The servers end after the last call to them has, and take a while. That matters: a thread of the SDK that is still
    # busy with an answer when Python ends brings it down (temporalio/sdk-python#300).
    with stage((TREES, live_releases.NAMESPACE, MANY, FEW)) as where:
        if "cold_tree" in parts:
            say("Measuring cold trees …")
            measures += await cold_tree.measure(await where.client(TREES))
        if parts & LIVE.keys():
            measures += await _measure_live(where, parts)
        if "outages" in parts:
            say("Measuring outages …")
            measures += await outages.measure(where)
        if "soak" in parts:
            say(f"Soaking for {seconds:.0f} seconds …")
            measures += await soak.measure(where, seconds)
        if "release_list" in parts:
            measures += await _measure_list(where, releases)
    return measures


async def _measure_live(where: Stage, parts: set[str]) -> list[Measure]:
    client = await where.client(live_releases.NAMESPACE)
    say("Starting releases that will change …")
    await live_releases.start(client)
    measures: list[Measure] = []
    for name in [name for name in LIVE if name in parts]:
        say(f"Measuring {name.replace('_', ' ')} …")
        with where.portal(name, client.namespace, WATCH_LONG_POLLS=live_releases.LONG_POLLS) as portal:
            measures += await LIVE[name](client, portal)
    return measures


async def _measure_list(where: Stage, releases: int) -> list[Measure]:
    many, few = await where.client(MANY), await where.client(FEW)
    with where.portal(MANY, MANY) as portal_of_many, where.portal(FEW, FEW) as portal_of_few:
        say(f"Starting {releases:,} releases, which takes a minute or two …")
        await release_list.start(few, release_list.FEW)
        settled_at = await release_list.start(many, releases)
        say("Measuring the list …")
        return await release_list.measure(many, few, releases, settled_at, (portal_of_many, portal_of_few))


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
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all where none is named")
    parser.add_argument("--releases", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=soak.SECONDS)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    try:
        measures = asyncio.run(measure(set(options.parts) or set(PARTS), options.releases, options.seconds))
    except (KeyboardInterrupt, asyncio.CancelledError):
        say("Stopped.")
        return 130
    print_table(measures)
    write(measures, RESULTS)
    return 0 if all(measure.holds is not False for measure in measures) else 1


if __name__ == "__main__":
    sys.exit(main())
