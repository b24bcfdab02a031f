"""What the demo makes up at its first run and keeps, so that who is signed in stays so over a restart."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

OWNER_ONLY = 0o600


def kept_secrets(path: Path) -> dict[str, str]:
    """SECRET_KEY, JWT_SECRET and DEMO_PASSWORD; made up where the file does not hold them yet."""
    held = _read(path)
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "JWT_SECRET": secrets.token_urlsafe(48),
        "DEMO_PASSWORD": secrets.token_urlsafe(9),
    }
    if not made.keys() <= held.keys():
        held = made | held
        _write(path, held)
    return held


def _read(path: Path) -> dict[str, str]:
    try:
        held = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def _write(path: Path, values: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w") as file:
        json.dump(values, file)
