"""Pure code: what takes long here is a busy machine, so no example has a deadline."""

from hypothesis import settings

settings.register_profile("relportal", deadline=None)
settings.load_profile("relportal")
