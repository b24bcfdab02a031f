"""States to phases. Pure.

A state is the text that a workflow gives; a phase is our reading of it. The reading is a table with sensible
defaults, which the setting RELEASE_STATE_PHASES extends or overrides: `{"baking": "active", "app:running": "active"}`.
"""

from collections.abc import Mapping
from enum import StrEnum


class Phase(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


ENTITY_TYPES = ("release", "wave", "cluster", "bundle", "app")

_WORDS: dict[Phase, str] = {
    Phase.PENDING: (
        "pending queued waiting scheduled planned created new not_started blocked on_hold awaiting_approval "
        "pending_approval ready"
    ),
    Phase.ACTIVE: (
        "active in_progress progressing running started starting deploying rolling_out installing upgrading updating "
        "provisioning verifying validating testing baking monitoring soaking health_check retrying rolling_back "
        "rollback_in_progress cancelling canceling stopping terminating paused pausing resuming initializing preparing"
    ),
    Phase.SUCCEEDED: (
        "succeeded success successful completed complete done finished deployed healthy verified released ok passed "
        "skipped"
    ),
    Phase.FAILED: (
        "failed failure error errored unhealthy degraded timed_out timeout crashed rejected rollback_failed"
    ),
    Phase.STOPPED: "stopped cancelled canceled terminated aborted interrupted rolled_back superseded withdrawn",
    Phase.UNKNOWN: "unknown",
}

DEFAULT_PHASES: Mapping[str, Phase] = {
    **{word: phase for phase, words in _WORDS.items() for word in words.split()},
    # An app that runs has been deployed; a release, wave, cluster or bundle that runs is still at it.
    "app:running": Phase.SUCCEEDED,
    "app:active": Phase.SUCCEEDED,
}


_READ_KEPT = 10_000
"""States remembered with their phase: a tree of thousands holds a handful. A bound, should somebody count in them."""


class PhaseTable:
    """Reads states. A key is a state, or `type:state` for one entity type alone, which wins over the bare state.

    Case, spaces and hyphens do not matter: `In Progress`, `in-progress` and `in_progress` are one state.
    """

    def __init__(self, overrides: Mapping[str, Phase] | None = None) -> None:
        """Raises ValueError where a key names no entity type or no state."""
        self._phases = dict(DEFAULT_PHASES)
        self._read: dict[tuple[str, str], Phase] = {}
        # Bare states first, so that what is said for one type wins whichever stands first.
        for key, phase in sorted((overrides or {}).items(), key=lambda item: ":" in item[0]):
            entity_type, colon, state = key.rpartition(":")
            if not state.strip() or (colon and entity_type.strip().lower() not in ENTITY_TYPES):
                raise ValueError(f'"{key}" is neither a state nor type:state')
            word = normalised(state)
            if not colon:
                # An override of a bare state means it for every type, ours for one type among them.
                for ours in [name for name in self._phases if name.endswith(f":{word}")]:
                    del self._phases[ours]
            self._phases[f"{entity_type.strip().lower()}:{word}" if colon else word] = Phase(phase)

    def phase_of(self, entity_type: str, state: str | None) -> Phase:
        """The phase of a state; `unknown` for one that the table does not hold, or for none."""
        if state is None:
            return Phase.UNKNOWN
        known = self._read.get((entity_type, state))
        if known is None:
            word = normalised(state)
            known = self._phases.get(f"{entity_type}:{word}") or self._phases.get(word) or Phase.UNKNOWN
            if len(self._read) < _READ_KEPT:
                self._read[entity_type, state] = known
        return known


def normalised(state: str) -> str:
    """The word that a state is read by: how it is written does not matter."""
    return "_".join(state.lower().replace("-", " ").replace("_", " ").split())
