"""Leases in Redis. Loaded where there is one: its driver brings much with it that nobody else needs."""

import asyncio
import time
from collections.abc import Awaitable, Coroutine
from typing import Self, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from releases.leases import LEASE_MS, LeasesUnavailable

ANSWER_SECONDS = 1.0
"""For one answer of Redis: half of what is left of a lease that is asked for again in time."""

READER_SECONDS = 0.3
"""For an answer that a reader waits for, who could ask Temporal as well."""

CONNECTIONS = 8

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


class RedisLeases:
    """Where Redis has just been found away, all are told so for a while without asking it: each would wait for it."""

    def __init__(self, redis: Redis, prefix: str = "relportal:lease:") -> None:
        self._redis = redis
        self._prefix = prefix
        self._away_until = 0.0
        self._reason = ""

    @classmethod
    def at(cls, url: str, prefix: str = "relportal:lease:") -> Self:
        """A connection that had died is noticed and made anew once. However many ask, they take turns at a few."""
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        return cls(Redis.from_pool(pool), prefix)

    async def close(self) -> None:
        await self._redis.aclose()

    async def check(self) -> None:
        await self._answer(self._redis.ping())

    async def hold(self, name: str, owner: str) -> str:
        return cast("bytes", await self._run(_HOLD, name, owner, str(LEASE_MS))).decode()

    async def holder(self, name: str) -> str | None:
        found = await self._answer(self._redis.get(self._prefix + name), READER_SECONDS)
        return cast("bytes", found).decode() if found is not None else None

    async def leave(self, name: str, owner: str, heir: str = "") -> None:
        await self._run(_LEAVE, name, owner, heir, str(LEASE_MS))

    async def _run(self, script: str, name: str, *arguments: str) -> object:
        return await self._answer(self._redis.eval(script, 1, self._prefix + name, *arguments))

    async def _answer(self, asking: object, seconds: float = ANSWER_SECONDS) -> object:
        if time.monotonic() < self._away_until:
            cast("Coroutine[object, object, object]", asking).close()
            raise LeasesUnavailable(self._reason)
        try:
            async with asyncio.timeout(seconds):
                return await cast("Awaitable[object]", asking)
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until, self._reason = time.monotonic() + AWAY_SECONDS, str(error) or "no answer in time"
            raise LeasesUnavailable(self._reason) from error
