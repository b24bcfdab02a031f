"""A release of 15,000 entities, and how it changes. Pure: made of the domain's own objects, by the domain's own rules.

The first two waves are through, but for what failed there; the third is under way, and all changes happen in it; the
others wait for it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

from releases.difference import difference
from releases.domain import (
    Entity,
    EntityId,
    EntityType,
    Freshness,
    Run,
    RunStatus,
    Tree,
    child_path,
    with_standing,
)
from releases.events import TreePatch
from releases.phases import Phase, PhaseTable

RELEASE_ID = EntityId("release:everything-2026.11")

WAVES = ("canary", "europe", "americas", "asia-pacific", "government")
CLUSTERS_OF_A_WAVE = 12
BUNDLES = (
    *("checkout", "payments", "search", "catalogue", "identity"),
    *("ledger", "shipping", "messaging", "reporting", "platform"),
)
ROLES = (
    *("api", "web", "worker", "scheduler", "gateway", "cache", "indexer", "importer", "exporter", "webhooks", "admin"),
    *("audit", "billing", "events", "files", "forms", "graph", "images", "jobs", "mailer", "metrics", "proxy"),
    *("quota", "sync"),
)
"""Each bundle has an app in each role: `payments-api`."""

ENTITIES = 1 + len(WAVES) * (1 + CLUSTERS_OF_A_WAVE * (1 + len(BUNDLES) * (1 + len(ROLES))))

APPS_IN_A_PATCH = 5
PATCHES_TO_A_NEW_APP = 20
"""So many patches in, one adds an app; as many later it is gone again."""

FAILED_IN_A_THOUSAND = 8
MESSAGES = (
    "Image registry/{app}:{version} not found.",
    "Back-off restarting failed container {app}: exit code 137, out of memory after 3 restarts.",
    "Readiness probe failed: HTTP 503 from /healthz for 300 s, rollout gave up with 2 of 6 replicas ready.",
    'admission webhook "policy" denied the request: {app}:{version} has no signed provenance.',
)

# How states follow each other while a wave is under way. What has failed is tried again.
NEXT = {"pending": "deploying", "deploying": "running", "running": "verifying", "verifying": "running"}
UNDER_WAY = ("pending", "deploying", "running", "running", "verifying")
"""States of the apps of a wave that is under way; as often as they stand here."""

BEGAN = datetime(2026, 11, 23, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)

_PHASES = PhaseTable()
_AT = WAVES.index("americas")


class BigRelease:
    """The release as it is now. `change` moves it on, the same way each time."""

    def __init__(self) -> None:
        self._random = Random(RELEASE_ID)  # What is drawn is scenery.
        self._new_apps = count(1)
        self._guest: str | None = None
        run = Run(RELEASE_ID, "0197b3a2-6d1c-7c7e-9d43-2f6f0c1d9a10", RunStatus.RUNNING, BEGAN)
        release = self._entity(EntityType.RELEASE, "everything-2026.11", "", "deploying", BEGAN)
        waves = tuple(self._wave(number, name) for number, name in enumerate(WAVES))
        release = with_standing(replace(release.with_children(waves), name="Everything 2026.11"))
        self.tree = Tree(release=release, run=run, as_of=_now(), freshness=Freshness.LIVE, version=1)
        self._places = [app.path for app in self.tree.release.children[_AT].walk() if app.type is EntityType.APP]

    # How it is made

    def _wave(self, number: int, name: str) -> Entity:
        state = "completed" if number < _AT else "in_progress" if number == _AT else "pending"
        wave = self._entity(EntityType.WAVE, name, "", state, BEGAN + number * HOUR)
        names = [f"{name}-{1 + index // 3}{'abc'[index % 3]}" for index in range(CLUSTERS_OF_A_WAVE)]
        clusters = tuple(self._holder(EntityType.CLUSTER, each, wave, BUNDLES) for each in names)
        return replace(wave.with_children(clusters), sequence=number + 1)

    def _holder(self, kind: EntityType, name: str, parent: Entity, names: tuple[str, ...]) -> Entity:
        """A cluster with its bundles, or a bundle with its apps."""
        holder = self._entity(kind, name, parent.path, parent.state or "", parent.created_at or BEGAN)
        if kind is EntityType.BUNDLE:
            return holder.with_children(tuple(self._app(each, holder) for each in names))
        apps = {bundle: tuple(f"{bundle}-{role}" for role in ROLES) for bundle in names}
        return holder.with_children(tuple(self._holder(EntityType.BUNDLE, b, holder, apps[b]) for b in names))

    def _app(self, name: str, bundle: Entity) -> Entity:
        state = {"completed": "running", "pending": "pending"}.get(bundle.state or "")
        state = state or self._random.choice(UNDER_WAY)
        if state != "pending" and self._random.randrange(1000) < FAILED_IN_A_THOUSAND:
            state = "failed"
        app = self._entity(EntityType.APP, name, bundle.path, state, bundle.created_at or BEGAN)
        version = f"{self._random.randrange(1, 9)}.{self._random.randrange(40)}.{self._random.randrange(20)}"
        extra = {"commit": f"{self._random.getrandbits(28):07x}", "replicas": self._random.randrange(1, 9)}
        return self._with_state(replace(app, version=version, extra=extra), state)

    def _entity(self, kind: EntityType, name: str, parent: str, state: str, created_at: datetime) -> Entity:
        entity_id = EntityId.of(kind, name)
        path = child_path(parent, entity_id) if kind is not EntityType.RELEASE else ""
        updated_at = created_at + timedelta(seconds=self._random.randrange(3600))
        made = Entity(entity_id, kind, path, name=name, workflow_id=RELEASE_ID, created_at=created_at)
        return replace(made.with_phase(_PHASES.phase_of(kind, state)), state=state, updated_at=updated_at)

    def _with_state(self, app: Entity, state: str) -> Entity:
        phase = _PHASES.phase_of(EntityType.APP, state)
        message = None
        if phase is Phase.FAILED:
            message = self._random.choice(MESSAGES).format(app=app.name, version=app.version)
        return app.with_phase(phase, state=state, error_message=message)

    # How it changes

    def change(self) -> TreePatch:
        """A handful of apps take a step, and with them the roll-ups above; now and then an app comes or goes."""
        before = self.tree
        release = before.release
        for path in self._random.sample(self._places, APPS_IN_A_PATCH):
            release = _replaced(release, path.split("/"), self._stepped)
        if before.version % PATCHES_TO_A_NEW_APP == 0:
            release = self._come_or_go(release)
        release = with_standing(replace(release, updated_at=_now()))
        self.tree = replace(before, release=release, as_of=_now(), version=before.version + 1)
        return TreePatch(self.tree.version, self.tree.as_of, tuple(difference(before.release, release)))

    def _stepped(self, app: Entity) -> Entity:
        return replace(self._with_state(app, NEXT.get(app.state or "", "deploying")), updated_at=_now())

    def _come_or_go(self, release: Entity) -> Entity:
        """An app comes first in its bundle, where it moves all others; it is the one to go next time."""
        if self._guest is not None:
            guest, self._guest = self._guest, None
            return _replaced(release, guest.split("/")[:-1], lambda bundle: _without(bundle, guest))
        host = self._random.choice(self._places).rpartition("/")[0]

        def with_guest(bundle: Entity) -> Entity:
            app = self._app(f"guest-{next(self._new_apps)}", replace(bundle, state="in_progress"))
            self._guest = app.path
            return bundle.with_children((app, *bundle.children))

        return _replaced(release, host.split("/"), with_guest)


def _without(parent: Entity, path: str) -> Entity:
    return parent.with_children(tuple(child for child in parent.children if child.path != path))


def _replaced(entity: Entity, steps: list[str], change: Callable[[Entity], Entity]) -> Entity:
    """The entity with what stands at these steps below it changed, and every roll-up on the way counted anew."""
    if not steps:
        return change(entity)
    return entity.with_children(
        tuple(_replaced(child, steps[1:], change) if child.id == steps[0] else child for child in entity.children)
    )


def _now() -> datetime:
    return datetime.now(UTC)
