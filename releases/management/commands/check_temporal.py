"""Tells those who write workflows whether Relportal can read them."""

import asyncio
import json
import logging
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from releases import services
from releases.checkup_faults import Fault, Weight
from releases.checkup_report import Checked, Offers, Pace, Place, Places, Report, as_json
from releases.domain import EntityId, EntityType
from releases.errors import InvalidEntityId

PLACES_SHOWN = 5
"""Of each fault: more of the same help nobody. `--json` gives more."""


def _release(text: str) -> EntityId:
    try:
        return EntityId.of_type(EntityType.RELEASE, text)
    except InvalidEntityId as error:
        raise ArgumentTypeError(error.expected) from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= 1000):
        raise ArgumentTypeError("expected a number from 1 to 1000")
    return int(text)


class Command(BaseCommand):
    help = (
        "Reads releases from Temporal as the portal does, and says which are found, which queries their workflows"
        " offer, what is wrong with them, how fast they answer, and what to change. Changes nothing. Ends with 1 where"
        " something is kept from readers, else with 0."
    )
    requires_system_checks = []  # It reads no database.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--release",
            action="append",
            default=[],
            type=_release,
            metavar="ID",
            help="look at this release, such as release:2025.11-payments, and at no other; may be given several times",
        )
        parser.add_argument(
            "--limit", type=_number, default=10, metavar="N", help="look at the N newest releases (default: 10)"
        )
        parser.add_argument("--strict", action="store_true", help="end with 1 where there are warnings, too")
        parser.add_argument("--json", action="store_true", help="the same for programs")

    def run_from_argv(self, argv: list[str]) -> None:
        """As a program of its own. It ends at once, without taking Python down: threads of Temporal's SDK may let go of
        what they hold a moment later, and abort the process where Python is gone by then (one run in ten)."""
        try:
            super().run_from_argv(argv)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        logging.shutdown()
        sys.stdout.flush()
        os._exit(code)

    def handle(self, *args: Any, **options: Any) -> None:
        report = asyncio.run(services.check_up(options["release"], at_most=options["limit"]))
        if options["json"]:
            self.stdout.write(json.dumps(as_json(report), indent=2))
        else:
            self.stdout.write("\n".join(map(_printable, _lines(report))))
        if report.number_of(Weight.ERROR) or (options["strict"] and report.faults):
            raise SystemExit(1)


def _printable(line: str) -> str:
    """The line without what a terminal would obey: workflows may say anything."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)


def _lines(report: Report) -> Iterator[str]:
    env = settings.RELPORTAL
    answers = "" if report.answered_after is None else f": answers after {_milliseconds(report.answered_after)}"
    yield f"Temporal at {env.TEMPORAL_HOST}, namespace {env.TEMPORAL_NAMESPACE}{answers}."
    if report.found is not None:
        yield (
            f"RELEASE_LIST_QUERY, {env.RELEASE_LIST_QUERY}, finds {_counted(report.found, 'release')};"
            f" looked at: {len(report.checked)}, the newest first."
        )
    yield from _part("Releases", map(_of_release, report.checked))
    yield from _part("What workflows offer", _of_offers(report.offers))
    yield from _part(
        "How fast they answer, asked as the portal does, many at the same time", map(_of_pace, report.paces)
    )
    errors_first = sorted(report.faults.items(), key=lambda item: item[0].weight is Weight.WARNING)
    for number, (fault, places) in enumerate(errors_first, start=1):
        yield ""
        yield from _of_fault(number, fault, places)
    yield ""
    yield _verdict(report)


def _part(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = [f"  {line}" for line in lines]
    if listed:
        yield from ("", title, *listed)


def _of_release(checked: Checked) -> str:
    how = "could not be read"
    if checked.entities is not None and checked.seconds is not None:
        how = f"{_counted(checked.entities, 'entity', 'entities')} in {_milliseconds(checked.seconds)}"
    status = checked.run.status.value.lower().replace("_", " ")
    return f"{checked.release_id}, whose workflow is {status}: {how}"


def _of_offers(offers: Offers) -> Iterator[str]:
    for (workflow_type, entity_type), names in offers.items():
        listed = "does not say" if names is None else ", ".join(sorted(n for n in names if not n.startswith("__")))
        yield f"{workflow_type}, for {entity_type.plural}: {listed or 'no query'}"


def _of_pace(pace: Pace) -> str:
    failed = f", {pace.failed} without an answer" if pace.failed else ""
    if pace.median is None or pace.slowest is None:
        return f"{pace.query}: asked {_counted(pace.asked, 'time')}{failed}"
    took = f"median {_milliseconds(pace.median)}, slowest {_milliseconds(pace.slowest)} (workflow {pace.slowest_in})"
    return f"{pace.query}: asked {_counted(pace.asked, 'time')}{failed}; {took}"


def _of_fault(number: int, fault: Fault, places: Places) -> Iterator[str]:
    yield f"{number}. {fault.weight.value.upper()} {fault.code}: {fault.title}"
    for place in places.kept[:PLACES_SHOWN]:
        where = _where(place)
        yield from (f"     {where}", f"       {place.found}") if where else (f"     {place.found}",)
    if places.count > PLACES_SHOWN:
        yield f"     and {places.count - PLACES_SHOWN} more"
    yield f"   To mend it: {fault.advice}"


def _where(place: Place) -> str:
    """`release:r/wave:w, get_wave_state(wave:w) of workflow release:r`, as far as it is about such."""
    entity = "/".join(part for part in (place.release_id, place.path) if part)
    workflow = f"workflow {place.workflow_id}" if place.workflow_id else ""
    asked = " of ".join(part for part in (place.query, workflow) if part)
    return ", ".join(part for part in (entity, asked) if part)


def _verdict(report: Report) -> str:
    errors, warnings = (report.number_of(weight) for weight in (Weight.ERROR, Weight.WARNING))
    if not report.faults:
        return "All is as it should be."
    told = f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}"
    return f"{told}: something is kept from readers." if errors else f"{told}: readers see all of it."


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
