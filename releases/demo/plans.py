"""What the sample workflows take: a release as planned, from its waves down to its apps.

A plan is plain data and settles everything that will happen, failures included: the workflows draw no lots, so that
they replay alike.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class AppPlan:
    id: str
    bundle_id: str
    name: str
    version: str
    deploy_seconds: float = 0.0
    failure: str | None = None
    """Why the deployment will fail; None where it will succeed."""


@dataclass(frozen=True, kw_only=True)
class BundlePlan:
    """Apps that are deployed one after the other."""

    id: str
    cluster_id: str
    name: str
    apps: list[AppPlan] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ClusterPlan:
    """Bundles that are rolled out at the same time."""

    id: str
    wave_id: str
    name: str
    bundles: list[BundlePlan] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class WavePlan:
    """Clusters that are rolled out at the same time."""

    id: str
    release_id: str
    name: str
    sequence: int
    clusters: list[ClusterPlan] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ReleasePlan:
    """Waves that are rolled out one after the other, as long as none fails."""

    id: str
    name: str
    waves: list[WavePlan] = field(default_factory=list)
    begin_after_seconds: float = 0.0
    """How long the release stays pending."""

    @property
    def clusters(self) -> list[ClusterPlan]:
        return [cluster for wave in self.waves for cluster in wave.clusters]

    @property
    def bundles(self) -> list[BundlePlan]:
        return [bundle for cluster in self.clusters for bundle in cluster.bundles]

    @property
    def apps(self) -> list[AppPlan]:
        return [app for bundle in self.bundles for app in bundle.apps]

    @property
    def size(self) -> int:
        """Entities in the release, itself included."""
        return 1 + len(self.waves) + len(self.clusters) + len(self.bundles) + len(self.apps)
