"""How many hostile inputs each test sends: what was asked for is what is counted."""

from hypothesis import HealthCheck, Phase, settings

SHARES = {
    "addresses": 2_000,
    "headers": 1_600,
    "tokens": 2_200,
    "cookies": 1_000,
    "bodies": 1_200,
    "within a scope": 1_200,
    "handshakes": 500,
    "frames": 500,
    "bytes": 1_000,
}

ANSWERED = 100
"""Of those within a scope: what is refused for its form shows nothing anyway."""

BATCH = 40
"""Connections at once, where the bytes themselves are made up."""


def share(name: str, of: int = 1) -> settings:
    """Hypothesis' settings for a test that sends its share, `of` to an example. The same inputs with each run."""
    return settings(
        max_examples=SHARES[name] // of,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
