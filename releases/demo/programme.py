"""The demo's programme: which products release, how big, how fast, and what goes wrong."""

from releases.demo.catalogue import FOUR_REGIONS, THREE_REGIONS, TWO_REGIONS, WORLD, Product
from releases.demo.scenario import Series

_PAYMENTS = {
    "edge": ["payments-api", "webhooks"],
    "core": ["ledger", "settlement", "payouts"],
    "risk": ["fraud-scoring", "card-vault"],
}
_PAYMENTS_BEFORE = _PAYMENTS | {"risk": ["fraud-scoring"]}
_SEARCH = {"query": ["search-api", "query-parser", "suggest"], "index": ["indexer", "ranking"]}
_CHECKOUT = {
    "web": ["checkout-web", "cart-web", "order-status-web", "gift-cards-web"],
    "orders": ["cart-api", "order-api", "pricing", "promotions", "tax"],
    "fulfilment": ["stock", "shipping-rates", "addresses", "returns"],
}
_PLATFORM = {
    "ingress": ["gateway", "cert-renewer", "rate-limiter", "waf", "dns-sync", "edge-cache"],
    "observability": ["log-shipper", "metrics-agent", "trace-collector", "alert-router", "profiler", "uptime-probe"],
    "runtime": ["config-sync", "secrets-sync", "autoscaler", "node-patcher", "image-warmer", "job-runner"],
}
_IDENTITY = {"sign-in": ["login-web", "session-api", "otp"], "directory": ["accounts-api", "groups-sync"]}
_NOTIFICATIONS = {"channels": ["email", "sms", "push"], "core": ["templates", "preferences", "dispatcher"]}

AT_ONCE = (0.0, 0.0)
"""Deployments that take no time: the release has finished as soon as it has started."""

PROGRAMME = (
    # Finished: the first, so that those that move have one before them to be compared with
    Series(
        product=Product(name="payments", bundles=_PAYMENTS_BEFORE, waves=THREE_REGIONS, deploy_seconds=AT_ONCE),
        version="2025.09.{number}",
        rest_seconds=1800,
    ),
    Series(
        product=Product(name="payments", bundles=_PAYMENTS_BEFORE, waves=FOUR_REGIONS, deploy_seconds=AT_ONCE),
        version="2025.10.{number}",
        rest_seconds=1800,
    ),
    Series(
        product=Product(name="search", bundles=_SEARCH, waves=FOUR_REGIONS, deploy_seconds=AT_ONCE),
        version="2025.46.{number}",
        rest_seconds=1800,
    ),
    Series(
        product=Product(name="storefront", bundles=_SEARCH | _IDENTITY, waves=TWO_REGIONS, deploy_seconds=AT_ONCE),
        version="2025.44.{number}",
        own_workflows=True,
        rest_seconds=1800,
    ),
    # Moving
    Series(
        product=Product(name="payments", bundles=_PAYMENTS, waves=FOUR_REGIONS, deploy_seconds=(18, 36)),
        version="2025.11.{number}",
    ),
    Series(
        product=Product(name="checkout", bundles=_CHECKOUT, waves=FOUR_REGIONS, deploy_seconds=(14, 30)),
        version="2025.11.{number}",
        own_workflows=True,
    ),
    Series(
        product=Product(name="platform", bundles=_PLATFORM, waves=WORLD, deploy_seconds=(10, 20)),
        version="2025.48.{number}",
        rest_seconds=60,
    ),
    # Failing
    Series(
        product=Product(
            name="search",
            bundles=_SEARCH,
            waves=FOUR_REGIONS,
            failures={
                "eu-west-canary/search-api": "ImagePullBackOff: registry answered 404 for search-api:{version}",
                "eu-west-canary/ranking": "readiness probe failed: GET /healthz answered 503 for 120 s",
            },
        ),
        version="2025.47.{number}",
        rest_seconds=600,
    ),
    Series(
        product=Product(
            name="payments-refunds",
            bundles={"refunds": ["refunds-api", "refunds-worker", "dispute-inbox"]},
            waves=TWO_REGIONS,
            failures={"us-east/refunds-worker": "CrashLoopBackOff: refunds-worker:{version} was OOMKilled (exit 137)"},
        ),
        version="2025.11.{number}",
        own_workflows=True,
        rest_seconds=480,
    ),
    # Ended by hand while active
    Series(
        product=Product(name="identity", bundles=_IDENTITY, waves=TWO_REGIONS, deploy_seconds=(20, 40)),
        version="7.3.{number}",
        own_workflows=True,
        cancel_after_seconds=30,
        rest_seconds=900,
    ),
    Series(
        product=Product(name="notifications", bundles=_NOTIFICATIONS, waves=TWO_REGIONS, deploy_seconds=(20, 40)),
        version="3.9.{number}",
        terminate_after_seconds=30,
        rest_seconds=900,
    ),
    # Not begun
    Series(
        product=Product(
            name="payments-ledger",
            bundles={"ledger": ["ledger-api", "ledger-writer", "reconciler"]},
            waves=FOUR_REGIONS,
            begin_after_seconds=900,
        ),
        version="2026.01.{number}",
    ),
)
