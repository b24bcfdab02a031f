"""Follows one release of Relportal and prints each change: python follow_release.py URL EMAIL RELEASE_ID

Asks for the password, or takes it from RELPORTAL_PASSWORD. Needs `pip install websockets`. It ends with the release, or
with the connection: what is to stay would sign in and connect again, at the latest when its token expires.
"""

import json
import os
import sys
from getpass import getpass
from typing import Any
from urllib.request import Request, urlopen

from websockets.sync.client import connect

CHILDREN = ("waves", "clusters", "bundles", "apps")


def sign_in(url: str, email: str, password: str) -> str:
    body = json.dumps({"email": email, "password": password}).encode()
    request = Request(f"{url}/api/auth/token/", body, {"Content-Type": "application/json"})
    with urlopen(request) as answer:
        return str(json.load(answer)["access"])


def apply(release: Any, op: str, path: str, **change: Any) -> None:
    """Make one change of a patch. A path leads from the release down, by IDs; it is empty for the release itself."""
    siblings: Any = []
    entity = release
    for level, entity_id in zip(CHILDREN, path.split("/") if path else (), strict=False):
        siblings = entity[level]
        entity = next((below for below in siblings if below["id"] == entity_id), None)
    if op == "set":
        entity.update(change["fields"])
    elif op == "add":
        siblings.insert(change["index"], change["entity"])
    else:
        siblings.remove(entity)


def follow(url: str, token: str, release_id: str) -> Any:
    address = f"{url.replace('http', 'ws', 1)}/ws/releases/{release_id}/"
    release: Any = {}
    version: int | None = None
    with connect(address, additional_headers={"Authorization": f"Bearer {token}"}, max_size=None) as socket:
        for frame in map(json.loads, socket):
            if frame["type"] == "snapshot":
                release, version = frame["data"], frame["version"]
                print(release["id"], release["state"], release["rollup"], flush=True)
            elif frame["type"] == "patch" and version is not None and frame["version"] == version + 1:
                version = frame["version"]
                for change in frame["changes"]:
                    apply(release, **change)
                    fields = change.get("fields", {})
                    if change["op"] != "set" or "state" in fields:
                        print(change["op"], change["path"] or release["id"], fields.get("state", ""), flush=True)
            elif frame["type"] == "patch" and version is not None:
                version = None  # A patch was missed: ask for all of it again, once.
                socket.send('{"type": "resync"}')
            elif frame["type"] == "freshness":
                print("as of", frame["as_of"], frame["freshness"], frame["reason"] or "", flush=True)
            elif frame["type"] == "error":
                print(frame["detail"], flush=True)
            if release and release["status"] not in ("RUNNING", "PAUSED"):
                return release
    return None


if __name__ == "__main__":
    url, email, release_id = sys.argv[1:]
    password = os.environ.get("RELPORTAL_PASSWORD") or getpass()
    ended = follow(url.rstrip("/"), sign_in(url.rstrip("/"), email, password), release_id)
    print(release_id, "ended:", ended["state"] if ended else "the portal closed the connection")
