"""Values that operators give: every switch on and off, in each profile, data mode and way in."""

from collections.abc import Mapping
from typing import Any

Values = dict[str, Any]
DIGEST = "sha256:" + "0123456789abcdef" * 4
INGRESS = {
    "mode": "ingress",
    "hosts": ["shop.example", "www.shop.example"],
    "ingress": {
        "className": "nginx",
        "annotations": {"example.com/timeout": "75"},
        "tlsSecret": "shop-tls",
    },
}
GATEWAY = {
    "mode": "gateway",
    "hosts": ["shop.example"],
    "gateway": {"name": "edge", "namespace": "edge", "sectionName": "https"},
}
MONITORED = {"scrape": True, "rules": True, "dashboards": True, "labels": {"release": "prometheus"}}
ELSEWHERE = [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]
SCALED: Values = {
    "web": {"autoscaling": {"enabled": True}},
    "workers": {"saga": {"autoscaling": {"enabled": True}}},
}
SMALL: Values = {"web": {"replicas": 1}, "workers": {"saga": {"replicas": 1}}}
ALWAYS_ONE: Values = {
    "web": {"autoscaling": {"enabled": True, "minReplicas": 1}},
    "workers": {"saga": {"autoscaling": {"enabled": True, "minReplicas": 1}}},
}
EVERY_KNOB: Values = {
    "image": {"tag": "1.2.3", "digest": DIGEST},
    "web": {
        "workers": 1,
        "threads": 16,
        "replicas": 5,
        "budget": {"minAvailable": "50%"},
        "preStopSeconds": 10,
        "gracePeriodSeconds": 60,
        "resources": {
            "requests": {"cpu": "1.5", "memory": "1Gi"},
            "limits": {"cpu": "2", "memory": "2Gi"},
        },
        "probes": {"startup": {"failureThreshold": 90}},
    },
    "workers": {"saga": {"replicas": 3, "budget": {"maxUnavailable": "34%"}}},
    "migrate": {"mode": "job", "gateSeconds": 900, "retries": 0},
    "config": {
        "ARGOSY_LOG_LEVEL": "DEBUG",
        "ARGOSY_CORS_ORIGINS": ["https://a.example", "https://b.example"],
        "ARGOSY_DATABASE_IDLE_TIMEOUT": 1234567,
        "ARGOSY_DATABASE_POOL_SIZE": 4,
        "ARGOSY_TRUSTED_PROXIES": 1,
        "ARGOSY_JWKS_URL": "https://sso.example/jwks.json?a=1&b=2",
    },
    "scheduling": {
        "priorityClassName": "argosy-online",
        "nodeSelector": {"pool": "shop"},
        "tolerations": [{"key": "shop", "operator": "Exists", "effect": "NoSchedule"}],
    },
    "network": {"allowFrom": ELSEWHERE, "allowTo": [{"ports": [443]}, {"ports": [25, 587]}]},
    "podAnnotations": {"rotated": "2026-11-20"},
    "secrets": {"redis": {"enabled": False}},
    "temporary": "64Mi",
}


OWN_ARTICLE = {
    "url": "https://shop.example",
    "sku": "KIT-01",
    "currency": "EUR",
    "country": "DE",
    "shippingMethod": "standard",
}


def _global(**values: Any) -> Values:
    return {"global": values}


# One chart of a service that others stand for.
SERVICE: Mapping[str, Values] = {
    "as it is": {},
    "with eval data": _global(data={"mode": "eval"}),
    "with operator data": _global(data={"mode": "operator"}),
    "with data elsewhere": _global(
        data={name: {"peers": ELSEWHERE} for name in ("postgresql", "rabbitmq", "redis")}
    ),
    "behind an ingress": _global(route=INGRESS),
    "behind an ingress for every host": _global(route={"mode": "ingress"}),
    "behind a gateway": _global(route=GATEWAY),
    "behind a gateway for every host": _global(route=GATEWAY | {"hosts": []}),
    "without its own route": _global(route=GATEWAY) | {"route": {"enabled": False}},
    "monitored": _global(monitoring=MONITORED),
    "without policies": _global(network={"policies": False}),
    "with sleep by Python": _global(nativeSleep=False),
    "from a registry": _global(
        image={
            "registry": "registry.example/shop/",
            "pullSecrets": ["one", "two"],
            "pullPolicy": "Always",
            "tag": "9",
        }
    ),
    "with images that are there": _global(image={"pullPolicy": "Never"}),
    "of an installation": _global(installation="argosy"),
    "scaled": SCALED,
    "scaled from one": ALWAYS_ONE,
    "of one pod each": SMALL,
    "with every knob": EVERY_KNOB,
    "migrated by a job": {"migrate": {"mode": "job"}},
    "migrated by a hook": _global(data={"mode": "eval"}) | {"migrate": {"mode": "hook"}},
    "migrated by others": {"migrate": {"enabled": False}},
    "with queues by others": {"topology": {"enabled": False}},
    "without redis": {"secrets": {"redis": {"enabled": False}}},
}
JOBS: Mapping[str, Values] = {
    "as it is": {},
    "scaled": {"workers": {"jobs": {"autoscaling": {"enabled": True}}}},
    "scaled from two": {"workers": {"jobs": {"autoscaling": {"enabled": True, "minReplicas": 2}}}},
    "of one pod": {"workers": {"jobs": {"replicas": 1}}},
    "with mail": {"secrets": {"smtp": {"enabled": True}}},
    "with providers": {
        "secrets": {name: {"enabled": True} for name in ("sendgrid", "twilio", "fcm")}
    },
}
_EVERYWHERE = _global(
    environment="production",
    route=GATEWAY,
    monitoring=MONITORED,
    data={"mode": "operator"},
    image={"registry": "registry.example"},
)
UMBRELLA: Mapping[str, Values] = {
    "services": {},
    "services with eval data": _global(data={"mode": "eval"}, monitoring=MONITORED, route=INGRESS)
    | {"administrator": {"enabled": True}},
    "services without the rest": {"docs": {"enabled": False}, "test": {"enabled": False}},
    "mock recommendations": {"mockRecommendations": {"enabled": True}},
    "some services": {"notifications": {"enabled": False}, "promotions": {"enabled": False}},
    "a test of the shop's own article": {"test": OWN_ARTICLE},
    "all in one": _global(profile="all-in-one"),
    "all in one with eval data": _global(
        profile="all-in-one", data={"mode": "eval"}, monitoring=MONITORED, route=GATEWAY
    )
    | {"administrator": {"enabled": True}},
    "all in one with mock recommendations": _global(profile="all-in-one")
    | {"mockRecommendations": {"enabled": True, "writer": "team-b", "hours": 2, "seed": 7}},
    "all in one behind an ingress": _global(profile="all-in-one", route=INGRESS),
    "all in one, scaled": _global(profile="all-in-one") | {"allInOne": SCALED},
    "all in one, small": _global(profile="all-in-one") | {"allInOne": SMALL},
}


def production(services: list[str]) -> Values:
    """All services with what production asks for."""
    digest = {"image": {"digest": DIGEST}}
    each: Values = {name: dict(digest) for name in services}
    each["payments"]["config"] = {"ARGOSY_PAYMENTS_SIMULATOR_URL": "https://pay.example"}
    each["payments"]["network"] = {"allowTo": [{"ports": [443]}]}
    return {**_EVERYWHERE, **each, "allInOne": digest, "test": OWN_ARTICLE}
