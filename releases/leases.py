"""Who watches what, of all processes of a portal: a lease for each thing in Redis, held by one of them at a time.

A lease is kept by asking for it again before it ends. It ends by itself where its holder dies, and whoever asks next
has it. Nothing is decided by clocks of different machines: Redis alone counts the time.
"""

import time
from collections.abc import Awaitable, Coroutine
from typing import Protocol, Self, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

LEASE_MS = 3000
"""A holder that died is missed after that long at most."""

ASK_SECONDS = 0.75
"""So often its holder asks for a lease again, and others whether they may have it."""

ANSWER_SECONDS = 1.0
"""For one answer of Redis: half of what is left of a lease that is asked for again in time."""

AWAY_SECONDS = 0.5
"""Once it did not answer, it is not asked for so long."""

_HOLD = """
local holder = redis.call('GET', KEYS[1])
if not holder or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return ARGV[1]
end
return holder
"""

_LEAVE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
end
"""


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

    async def leave(self, name: str, owner: str, heir: str = "") -> None:
        """Give it back, where the owner has it: to the heir, or to whoever asks first."""


class RedisLeases:
    """Where Redis has just been found away, all are told so for a while without asking it: each would wait for it."""

    def __init__(self, redis: Redis, prefix: str = "relportal:lease:") -> None:
        self._redis = redis
        self._prefix = prefix
        self._away_until = 0.0
        self._reason = ""

    @classmethod
    def at(cls, url: str) -> Self:
        """A connection that had died is noticed and made anew once."""
        retry = Retry(NoBackoff(), 1)
        return cls(
            Redis.from_url(url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, retry=retry)
        )

    async def check(self) -> None:
        await self._answer(self._redis.ping())

    async def hold(self, name: str, owner: str) -> str:
        return cast("bytes", await self._run(_HOLD, name, owner, str(LEASE_MS))).decode()

    async def holder(self, name: str) -> str | None:
        found = await self._answer(self._redis.get(self._prefix + name))
        return cast("bytes", found).decode() if found is not None else None

    async def leave(self, name: str, owner: str, heir: str = "") -> None:
        await self._run(_LEAVE, name, owner, heir, str(LEASE_MS))

    async def _run(self, script: str, name: str, *arguments: str) -> object:
        return await self._answer(self._redis.eval(script, 1, self._prefix + name, *arguments))

    async def _answer(self, asking: object) -> object:
        if time.monotonic() < self._away_until:
            cast("Coroutine[object, object, object]", asking).close()
            raise LeasesUnavailable(self._reason)
        try:
            return await cast("Awaitable[object]", asking)
        except (RedisError, OSError) as error:
            self._away_until, self._reason = time.monotonic() + AWAY_SECONDS, str(error)
            raise LeasesUnavailable(self._reason) from error
