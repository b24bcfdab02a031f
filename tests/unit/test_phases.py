"""States to phases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.domain import EntityType
from releases.phases import DEFAULT_PHASES, ENTITY_TYPES, Phase, PhaseTable


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("pending", Phase.PENDING),
        ("awaiting_approval", Phase.PENDING),
        ("deploying", Phase.ACTIVE),
        ("in_progress", Phase.ACTIVE),
        ("paused", Phase.ACTIVE),
        ("completed", Phase.SUCCEEDED),
        ("deployed", Phase.SUCCEEDED),
        ("failed", Phase.FAILED),
        ("timed_out", Phase.FAILED),
        ("cancelled", Phase.STOPPED),
        ("terminated", Phase.STOPPED),
        ("interrupted", Phase.STOPPED),
        ("frobnicating", Phase.UNKNOWN),
        ("", Phase.UNKNOWN),
        (None, Phase.UNKNOWN),
    ],
)
def test_common_states_have_the_phase_that_people_expect(state: str | None, phase: Phase) -> None:
    assert PhaseTable().phase_of("wave", state) is phase


@pytest.mark.parametrize("state", ["In Progress", "in-progress", "IN_PROGRESS", "  in   progress ", "in_-progress"])
def test_case_spaces_and_hyphens_do_not_matter(state: str) -> None:
    assert PhaseTable().phase_of("release", state) is Phase.ACTIVE


def test_an_app_that_runs_is_done_while_all_others_that_run_are_at_it() -> None:
    phases = {entity_type: PhaseTable().phase_of(entity_type, "running") for entity_type in ENTITY_TYPES}

    assert phases == {
        "release": Phase.ACTIVE,
        "wave": Phase.ACTIVE,
        "cluster": Phase.ACTIVE,
        "bundle": Phase.ACTIVE,
        "app": Phase.SUCCEEDED,
    }


def test_the_types_are_those_of_the_domain() -> None:
    assert tuple(EntityType) == ENTITY_TYPES


def test_an_override_adds_a_state_or_changes_one() -> None:
    table = PhaseTable({"Canary Bake": Phase.ACTIVE, "paused": Phase.STOPPED})

    assert table.phase_of("wave", "canary_bake") is Phase.ACTIVE
    assert table.phase_of("app", "Paused") is Phase.STOPPED
    assert table.phase_of("app", "pending") is Phase.PENDING
    assert PhaseTable().phase_of("app", "paused") is Phase.ACTIVE


def test_an_override_for_one_type_leaves_the_others() -> None:
    table = PhaseTable({" App : Baking": Phase.SUCCEEDED})

    assert table.phase_of("app", "baking") is Phase.SUCCEEDED
    assert table.phase_of("wave", "baking") is Phase.ACTIVE


def test_an_override_for_every_type_wins_over_a_default_for_one() -> None:
    assert PhaseTable({"running": Phase.ACTIVE}).phase_of("app", "running") is Phase.ACTIVE


@pytest.mark.parametrize("keys", [("app:baking", "baking"), ("baking", "app:baking")])
def test_an_override_for_one_type_wins_over_one_for_all_in_whatever_order_they_stand(keys: tuple[str, str]) -> None:
    phases = {"app:baking": Phase.SUCCEEDED, "baking": Phase.FAILED}
    table = PhaseTable({key: phases[key] for key in keys})

    assert table.phase_of("app", "baking") is Phase.SUCCEEDED
    assert table.phase_of("wave", "baking") is Phase.FAILED


@pytest.mark.parametrize("key", ["", " ", "app:", ":", ":baking", "service:baking", "app:wave:baking"])
def test_a_key_that_names_no_type_or_no_state_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="neither a state nor type:state"):
        PhaseTable({key: Phase.ACTIVE})


@given(st.text(), st.sampled_from(ENTITY_TYPES))
def test_every_text_has_a_phase(state: str, entity_type: str) -> None:
    assert PhaseTable().phase_of(entity_type, state) in Phase


@given(st.sampled_from(sorted(DEFAULT_PHASES)))
def test_every_default_is_found_however_it_is_written(key: str) -> None:
    entity_type, _, state = key.rpartition(":")
    written = state.replace("_", " ").title()

    assert PhaseTable().phase_of(entity_type or "release", written) is DEFAULT_PHASES[key]
