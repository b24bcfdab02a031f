"""`manage.py check_temporal`, as people and CI jobs run it."""

import asyncio
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.fakes.gateway import FakeTemporal
from tests.integration.plans import app, bundle, cluster, release, small, wave, whole
from tests.temporal import TemporalServer
from tests.worlds import listed, real_world

MANAGE = Path(__file__).parent.parent / "manage.py"


def run(*arguments: str) -> tuple[int, str]:
    """The exit code, and what was printed."""
    out = io.StringIO()
    code: Any = 0
    try:
        call_command("check_temporal", *arguments, stdout=out)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue()


def broken(state: str = "pending", **fields: Any) -> dict[str, Any]:
    """A release with a wave of the wrong kind, and an app in this state."""
    apps = [app("fine", "running"), app("odd", state, **fields)]
    plan = release("r", wave("w", cluster("c", bundle("b", *apps)), sequence="first"))
    return {"get_release_state": {"id": "release:r", "state": "deploying"}, "get_hierarchy": plan}


def test_sound_releases_end_with_0_and_a_report_of_what_was_found(fake_temporal: FakeTemporal) -> None:
    fake_temporal.start("release:r", whole(small()))
    fake_temporal.start("release:s", whole(small("s")))

    code, text = run()

    assert code == 0
    assert "finds 2 releases; looked at: 2" in text
    assert "release:r, whose workflow is running: 13 entities in " in text
    assert "HolderWorkflow, for releases: get_hierarchy, get_release_state\n" in text
    assert "get_hierarchy: asked 2 times; median " in text
    assert text.endswith("All is as it should be.\n")


def test_a_fault_ends_with_1_and_says_where_it_is_what_was_found_and_what_to_change(
    fake_temporal: FakeTemporal,
) -> None:
    fake_temporal.start("release:r", broken())

    code, text = run()

    assert code == 1
    assert "1. ERROR invalid_payload: An answer is not of the shape that the contract gives." in text
    assert "release:r/wave:w, get_hierarchy() of workflow release:r\n" in text
    assert 'sequence is "first", not an integer.\n' in text
    assert "To mend it: Mend the field that is named." in text
    assert text.endswith("1 error, 0 warnings: something is kept from readers.\n")


def test_the_same_is_told_to_programs_as_json(fake_temporal: FakeTemporal) -> None:
    fake_temporal.start("release:r", broken())

    code, text = run("--json")

    report = json.loads(text)
    assert code == 1
    assert (report["errors"], report["warnings"], report["found"]) == (1, 0, 1)
    [fault] = report["faults"]
    assert (fault["code"], fault["weight"], fault["count"]) == ("invalid_payload", "error", 1)
    assert fault["places"] == [
        {
            "release_id": "release:r",
            "path": "wave:w",
            "workflow_id": "release:r",
            "query": "get_hierarchy()",
            "found": 'sequence is "first", not an integer.',
        }
    ]
    [one] = report["releases"]
    assert (one["id"], one["status"], one["entities"]) == ("release:r", "RUNNING", 6)
    assert {"query": "get_hierarchy", "asked": 1, "failed": 0}.items() <= report["queries"][0].items()
    assert report["offers"] == [
        {
            "workflow_type": "HolderWorkflow",
            "entity_type": "release",
            "queries": ["get_hierarchy", "get_release_state"],
        }
    ]


def test_warnings_alone_end_with_0_and_with_1_where_that_is_asked_for(fake_temporal: FakeTemporal) -> None:
    fake_temporal.start("release:r", whole(release("r", wave("w", state="levitating"))))

    code, text = run()

    assert (code, run("--strict")[0]) == (0, 1)
    assert 'The state is "levitating".' in text
    assert text.endswith("0 errors, 1 warning: readers see all of it.\n")


def test_errors_stand_before_warnings(fake_temporal: FakeTemporal) -> None:
    fake_temporal.start("release:r", broken("levitating"))

    _, text = run()

    assert "1. ERROR invalid_payload" in text
    assert "2. WARNING unknown_state" in text


def test_one_release_can_be_looked_at_alone(fake_temporal: FakeTemporal) -> None:
    fake_temporal.start("release:r", broken())
    fake_temporal.start("release:s", whole(small("s")))

    code, text = run("--release", "release:s")

    assert code == 0
    assert "release:r" not in text


def test_no_more_are_looked_at_than_the_limit(fake_temporal: FakeTemporal) -> None:
    for n in range(5):
        fake_temporal.start(f"release:{n}", whole(small(str(n))))

    _, text = run("--limit", "2")

    assert "finds 5 releases; looked at: 2" in text
    assert fake_temporal.calls["query"] == 4


@pytest.mark.parametrize(
    "arguments", [["--release", "wave:w"], ["--release", "r"], ["--limit", "0"], ["--limit", "-1"], ["--limit", "1e3"]]
)
def test_arguments_that_can_not_be_meant_are_refused_with_what_was_expected(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="expected"):
        call_command("check_temporal", *arguments)


def test_a_workflow_can_not_write_to_the_terminal(fake_temporal: FakeTemporal) -> None:
    fake_temporal.start("release:r", whole(release("r", wave("w", state="\x1b[2J\x07up\u202e\nside\x9b"))))
    fake_temporal.start("release:\x1b]0;title\x07", {})

    _, text = run()

    assert "\\x1b[2J\\x07up\\u202e\\nside\\x9b" in text
    assert all(each.isprintable() or each == "\n" for each in text)


def test_of_a_fault_in_many_places_some_are_shown_and_the_others_counted(fake_temporal: FakeTemporal) -> None:
    apps = [app(f"a{n}", version=n) for n in range(30)]
    fake_temporal.start("release:r", whole(release("r", wave("w", cluster("c", bundle("b", *apps))))))

    _, text = run()

    assert text.count("version is a number, not a text.") == 5
    assert "and 25 more" in text


def test_a_temporal_that_is_gone_is_told_in_a_sentence(fake_temporal: FakeTemporal) -> None:
    fake_temporal.is_up = False

    code, text = run()

    assert code == 1
    assert "ERROR unreachable: Temporal does not answer." in text
    assert "TEMPORAL_HOST" in text


async def as_a_program(*arguments: str, **environment: str) -> tuple[int | None, str, str]:
    """The exit code of `manage.py check_temporal`, and what it wrote to its outputs."""
    keys = {"SECRET_KEY": "k" * 40, "JWT_SECRET": "j" * 40, "ENV_FILE": "", "HTTPS": "false"}
    ran = await asyncio.create_subprocess_exec(
        sys.executable,
        str(MANAGE),
        "check_temporal",
        *arguments,
        env={"PATH": os.environ["PATH"], **keys, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(ran.communicate(), 60)
    return ran.returncode, out.decode(), err.decode()


async def test_without_a_server_the_program_ends_with_1_and_without_a_traceback() -> None:
    code, out, err = await as_a_program(TEMPORAL_HOST="127.0.0.1:1")

    assert code == 1
    assert "ERROR unreachable" in out
    assert "Traceback" not in err


async def test_arguments_that_can_not_be_meant_end_the_program_with_2() -> None:
    code, out, err = await as_a_program("--release", "nonsense")

    assert (code, out) == (2, "")
    assert "expected type:id" in err


@pytest.mark.temporal
async def test_a_real_server_is_checked_by_the_program(temporal_server: TemporalServer) -> None:
    async with real_world(temporal_server) as world:
        await world.start("release:r", whole(small()))
        await listed(world.gateway(), "", lambda runs: len(runs) == 1)
        settings = {"TEMPORAL_HOST": world.host, "TEMPORAL_NAMESPACE": world.namespace}

        code, out, err = await as_a_program("--json", **settings)
        assert (code, err) == (0, "")
        assert json.loads(out)["releases"][0]["entities"] == 13

        await world.start("release:s", broken())
        code, out, _ = await as_a_program("--release", "release:s", **settings)
        assert code == 1
        assert "ERROR wrong_id" in out, "it answers for release:r"
