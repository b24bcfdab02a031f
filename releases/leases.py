"""Who watches what, of all processes of a portal: a lease for each thing, held by one of them at a time.

A lease is kept by asking for it again before it ends. It ends by itself where its holder dies, and whoever asks next
has it. Nothing is decided by clocks of different machines: whoever keeps the leases alone counts the time.
"""

from typing import Protocol

LEASE_MS = 3000
"""A holder that died is missed after that long at most."""

ASK_SECONDS = 0.75
"""So often its holder asks for a lease again, and others whether they may have it."""


class LeasesUnavailable(Exception):
    """Redis does not answer."""


class Leases(Protocol):
    async def check(self) -> None:
        """Raises LeasesUnavailable."""

    async def hold(self, name: str, owner: str) -> str:
        """Who has the lease now: the asker for the next LEASE_MS, unless somebody else has it. Raises
        LeasesUnavailable."""

    async def holder(self, name: str) -> str | None:
        """Who has it, without asking for it. Raises LeasesUnavailable."""

    async def close(self) -> None: ...

    async def leave(self, name: str, owner: str, heir: str = "") -> None:
        """Give it back, where the owner has it: to the heir, or to whoever asks first."""
