"""The portal for a server process, with a Temporal in memory behind it that has one small release."""

from django.conf import settings

from relportal.asgi import application  # isort: skip  # All else needs Django's apps.

from tests.api.samples import start_whole
from tests.fakes import fixtures

settings.RELEASES_GATEWAY = "tests.fakes.fixtures.gateway"
start_whole(fixtures._current, "release:payments-1")

__all__ = ["application"]
