"""Believable releases: which services a product has, where they run, and plans made of them."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from releases.demo.plans import AppPlan, BundlePlan, ClusterPlan, ReleasePlan, WavePlan

Waves = Mapping[str, Sequence[str]]
"""Wave names, each with its clusters' names."""

TWO_REGIONS: Waves = {"canary": ["eu-west-canary"], "general": ["eu-west", "us-east"]}
THREE_REGIONS: Waves = {"canary": ["eu-west-canary"], "europe": ["eu-west", "eu-north"], "americas": ["us-east"]}
FOUR_REGIONS: Waves = {
    "canary": ["eu-west-canary"],
    "europe": ["eu-west", "eu-north"],
    "americas": ["us-east", "us-west"],
}
REGIONS = (
    *("eu-west", "eu-central", "eu-north", "us-east", "us-west", "ca-central", "sa-east", "ap-south", "ap-northeast"),
)
WORLD: Waves = {region: [f"{region}-{cell}" for cell in "abcde"] for region in REGIONS}


@dataclass(frozen=True, kw_only=True)
class Product:
    name: str
    bundles: Mapping[str, Sequence[str]]
    """Bundle names, each with its services' names."""
    waves: Waves
    deploy_seconds: tuple[float, float] = (8.0, 16.0)
    """How long an app's deployment takes, at least and at most."""
    failures: Mapping[str, str] = field(default_factory=dict)
    """Where a deployment fails and why: `cluster/service` to the message, with {version} in it."""
    begin_after_seconds: float = 0.0


def plan(product: Product, version: str, *, own_workflows: bool = False, speed: float = 1.0) -> ReleasePlan:
    """The release `product-version`, the same each time. `speed` 2 takes half as long.

    IDs are unique within the release; with `own_workflows` they hold its name, and so are unique everywhere.
    """
    name = _name(product, version)
    return _Planner(product, version, f"{name}-" if own_workflows else "", speed).release()


NEW_MINOR, NEW_PATCH = 0.1, 0.2
"""Of a service, how likely a release is to bring either. It leaves most as they were, as releases do."""


def service_version(service: str, release_version: str) -> str:
    """A service's version in the release of that version, of whatever product: `2025.11.1` is one step on from
    `2025.10.1`, and as far as `2025.10.2`."""
    *_, train, number = (0, 0, *map(int, re.findall(r"\d+", release_version)))
    draws = random.Random(service)  # noqa: S311
    major, minor, patch = draws.randint(1, 6), draws.randint(0, 9), draws.randint(0, 9)
    for _ in range(train + number):
        drawn = draws.random()
        if drawn < NEW_MINOR:
            minor, patch = minor + 1, 0
        elif drawn < NEW_MINOR + NEW_PATCH:
            patch += 1
    return f"{major}.{minor}.{patch}"


def _next_patch(version: str) -> str:
    rest, _, patch = version.rpartition(".")
    return f"{rest}.{int(patch) + 1}"


class _Planner:
    def __init__(self, product: Product, version: str, prefix: str, speed: float) -> None:
        self._product = product
        self._name = name = _name(product, version)
        self._prefix = prefix
        self._speed = speed
        self._random = random.Random(name)  # noqa: S311  # what is drawn is scenery
        services = [service for bundle in product.bundles.values() for service in bundle]
        self._versions = {service: service_version(service, version) for service in services}
        # What fails is new: as it was before, it ran.
        for service in {place.partition("/")[2] for place in product.failures}:
            self._versions[service] = _next_patch(self._versions[service])

    def release(self) -> ReleasePlan:
        release_id = f"release:{self._name}"
        return ReleasePlan(
            id=release_id,
            name=self._name,
            begin_after_seconds=self._product.begin_after_seconds / self._speed,
            waves=[self._wave(name, release_id, number) for number, name in enumerate(self._product.waves, start=1)],
        )

    def _wave(self, name: str, release_id: str, sequence: int) -> WavePlan:
        wave_id = f"wave:{self._prefix}{name}"
        clusters = [self._cluster(cluster, wave_id) for cluster in self._product.waves[name]]
        return WavePlan(id=wave_id, release_id=release_id, name=name, sequence=sequence, clusters=clusters)

    def _cluster(self, name: str, wave_id: str) -> ClusterPlan:
        cluster_id = f"cluster:{self._prefix}{name}"
        bundles = [self._bundle(bundle, name, cluster_id) for bundle in self._product.bundles]
        return ClusterPlan(id=cluster_id, wave_id=wave_id, name=name, bundles=bundles)

    def _bundle(self, name: str, cluster: str, cluster_id: str) -> BundlePlan:
        bundle_id = f"bundle:{self._prefix}{cluster}-{name}"
        apps = [self._app(service, cluster, bundle_id) for service in self._product.bundles[name]]
        return BundlePlan(id=bundle_id, cluster_id=cluster_id, name=name, apps=apps)

    def _app(self, service: str, cluster: str, bundle_id: str) -> AppPlan:
        version = self._versions[service]
        failure = self._product.failures.get(f"{cluster}/{service}")
        return AppPlan(
            id=f"app:{self._prefix}{cluster}-{service}",
            bundle_id=bundle_id,
            name=service,
            version=version,
            deploy_seconds=round(self._random.uniform(*self._product.deploy_seconds) / self._speed, 2),
            failure=failure.format(version=version) if failure else None,
        )


def _name(product: Product, version: str) -> str:
    return f"{product.name}-{version}"
