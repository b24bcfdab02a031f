"""The same portal without the record: what reads cost then is the floor of what they cost with it."""

from django.conf import settings

settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "AccessRecord" not in name]

from tests.record.portal import application  # noqa: E402

__all__ = ["application"]
