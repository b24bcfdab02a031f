"""The project's settings for tests: nothing of the developer's own environment or `.env` gets in.

`TEST_DATABASE_URL` runs the suite against another database than SQLite.
"""

import os
import tempfile
from pathlib import Path

from relportal.env import Env

for name in Env.model_fields:
    os.environ.pop(name, None)
os.environ |= {
    "ENV_FILE": "",
    "SECRET_KEY": "test-only-" + "k" * 32,
    "JWT_SECRET": "test-only-" + "j" * 32,
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "LOG_LEVEL": "INFO",
    "HTTPS": "false",
    # Nothing listens on port 1: what reaches for Temporal without a fixture fails at once.
    "TEMPORAL_HOST": "127.0.0.1:1",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", "sqlite:///var/db.sqlite3"),
}

from relportal.settings import *  # noqa: E402, F403
from relportal.settings import DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: views run in other threads, and memory shared between connections knows table locks only.
    # One per process: several suites may run in one checkout.
    DATABASES["default"]["TEST"] = {"NAME": Path(tempfile.gettempdir()) / f"relportal-test-{os.getpid()}.sqlite3"}

# What passwords cost is the hasher's matter, not the tests'.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
