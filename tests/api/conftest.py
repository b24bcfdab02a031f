"""Clients of the releases API, with a Temporal in memory behind the project."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import connections
from django.test import AsyncClient, Client

from accounts.models import User

Get = Callable[..., Awaitable[Any]]


@pytest.fixture
def environment(settings: Any) -> Callable[..., None]:
    """Sets what the portal's environment says: `environment(QUERY_TIMEOUT_SECONDS=0.4)`, before the first request."""

    def set_values(**values: Any) -> None:
        settings.RELPORTAL = settings.RELPORTAL.model_copy(update=values)

    return set_values


@pytest.fixture
def impatient(environment: Callable[..., None]) -> None:
    """What gets no answer is given up soon. Only where something does get none: a busy machine may be as slow."""
    environment(QUERY_TIMEOUT_SECONDS=0.5)


@pytest.fixture
def owner(signed_in: Callable[[User], Client], viewer: User) -> Client:
    """The client of somebody who may see every release."""
    return signed_in(viewer)


@pytest.fixture
def stranger(signed_in: Callable[[User], Client], payments: User) -> Client:
    """The client of somebody who may see `release:payments-…` alone."""
    return signed_in(payments)


@pytest.fixture
def get(transactional_db: None, viewer: User, bearer: Callable[[User], dict[str, str]]) -> Get:
    """Asks as a program does, under ASGI: all requests of a test share one event loop, and so one source."""
    headers = bearer(viewer)
    client = AsyncClient(raise_request_exception=False)

    async def ask(path: str, **parameters: Any) -> Any:
        # A thread for the sync parts of each request, as under a server: requests would wait for each other else.
        async with ThreadSensitiveContext():
            try:
                return await client.get(path, parameters, headers=headers)
            finally:
                await sync_to_async(connections.close_all)()

    return ask
