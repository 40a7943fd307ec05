"""A shop at work, and a Prometheus that scrapes it as the monitors of the charts say."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import urllib3
from prometheus_client.parser import text_string_to_metric_families

from libs.testing.cluster import Cluster
from libs.testing.servers.private import scratch_directory
from libs.testing.servers.prometheus import PrometheusServer
from tests.end_to_end.shop import Shop, await_that

SKU = "OBSERVED"
# What Prometheus adds to every series of a pod.
TARGET = {"namespace", "pod", "instance", "job"}
_SUFFIXES = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_count", "_sum"),
    "gauge": ("",),
    "unknown": ("",),
}
_FREE = {f"ARGOSY_RATE_LIMIT_{name}": "off" for name in ("CHECKOUT", "COUPON", "LOGIN", "REGISTER")}
_QUEUE_FAMILIES = ["queue_coarse_metrics", "queue_consumer_count"]


@dataclass
class Observed:
    """The shop and what is known of it."""

    shop: Shop
    prometheus: PrometheusServer

    @property
    def cluster(self) -> Cluster:
        return self.shop.cluster

    @cached_property
    def names(self) -> set[str]:
        """Every metric that a page of any process names, with or without a sample."""
        return {name for job in _jobs(self.cluster) for name in _names(_page(job))}

    @cached_property
    def series(self) -> list[dict[str, str]]:
        """The labels of every series that Prometheus has scraped."""
        found: list[dict[str, str]] = self.prometheus.ask("series", **{"match[]": '{job!=""}'})
        return found

    def query(self, expr: str) -> list[Any]:
        """What an expression gives now."""
        found: list[Any] = self.prometheus.ask("query", query=expr)["result"]
        return found

    def has_completed(self, orders: int) -> bool:
        """Whether Prometheus knows that so many orders have got through."""
        return bool(self.query(f'sum(saga_seconds_count{{saga="orders.place_order"}}) >= {orders}'))

    def has_scraped_since(self, moment: float) -> bool:
        """Whether Prometheus has looked at every target after that time."""
        return bool(self.query(f"min(timestamp(up)) >= {moment}"))

    def rules(self) -> list[dict[str, Any]]:
        """Every rule with its state."""
        groups = self.prometheus.ask("rules")["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def state(self, alert: str, **labels: str) -> set[str]:
        """The states of the alerts of that name and with these labels."""
        return {
            found["state"]
            for rule in self.rules()
            if rule["name"] == alert
            for found in rule["alerts"]
            if labels.items() <= found["labels"].items()
        }


@contextmanager
def observed_shop(rules: Sequence[Path]) -> Iterator[Observed]:
    """A shop where orders were placed and refused, its rules evaluated every second."""
    with (
        scratch_directory() as directory,
        Cluster(directory, environ=_FREE, metrics=True) as cluster,
        PrometheusServer(directory, _jobs(cluster), _hurried(rules, directory)) as prometheus,
    ):
        seen = Observed(Shop(cluster), prometheus)
        seen.shop.sell({SKU: 50})
        # A series that Prometheus meets with its first value shows no rate before its second.
        for paid in (1, 2):
            _trade(seen.shop)
            await_that("the scrape of the order's end", partial(seen.has_completed, paid))
            await_that("a scrape of all", partial(seen.has_scraped_since, time.time()))
        yield seen
        # An orderly end of so many queues takes its time.
        cluster.rabbit.kill()


def eventually(true: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether it becomes true in time."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.3)
    return True


def _trade(shop: Shop) -> None:
    """A little of everything that happens in a shop."""
    buyer = shop.customer()
    buyer.get("/products").expect(200)
    buyer.post("/accounts/token/refresh", {"refresh_token": "x" * 43})
    for card, status in (("tok_ok", "processing"), ("tok_declined", "cancelled")):
        order = buyer.order(buyer.make_cart({SKU: 1}), card)
        assert order.status == status


def _jobs(cluster: Cluster) -> list[dict[str, Any]]:
    """As the operator makes them of the charts' monitors: the target's labels are not ours."""
    ours = [
        _job(one.name, one.port, {"service": "argosy-x"}, honor_labels=True)
        for one in cluster.processes()
        if one.kind != "simulator"
    ]
    broker = cluster.rabbit.metrics_port
    params = {"family": _QUEUE_FAMILIES}
    queues = _job("broker-queues", broker, metrics_path="/metrics/detailed", params=params)
    return [*ours, _job("broker", broker), queues]


def _job(
    name: str, port: int | None, labels: Mapping[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    target = {
        "targets": [f"127.0.0.1:{port}"],
        "labels": {"namespace": "shop", "pod": f"{name}-0", **(labels or {})},
    }
    return {"job_name": name, "static_configs": [target], **more}


def _page(job: Mapping[str, Any]) -> str:
    (address,) = job["static_configs"][0]["targets"]
    url = f"http://{address}{job.get('metrics_path', '/metrics')}"
    fields = [(name, value) for name, found in job.get("params", {}).items() for value in found]
    return urllib3.request("GET", url, fields=fields, timeout=10.0).data.decode()


def _names(page: str) -> Iterator[str]:
    for family in text_string_to_metric_families(page):
        yield from (sample.name for sample in family.samples)
        yield from (family.name + suffix for suffix in _SUFFIXES.get(family.type, ()))


def _hurried(rules: Sequence[Path], directory: Path) -> list[Path]:
    """The rule files without their groups' own pace, for which a test cannot wait."""
    hurried = []
    for number, file in enumerate(rules):
        copy = directory / f"rules-{number}.yaml"
        copy.write_text(re.sub(r"(?m)^  interval: .*\n", "", file.read_text()))
        hurried.append(copy)
    return hurried
