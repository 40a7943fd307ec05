"""Policies that let too much through, or too little."""

from tests.platform.render.installed import NAME, Object
from tests.platform.render.mutants.planted import PLAIN, WHOLE, Ground, mutant

_POSTGRESQL, _REDIS, _DNS, _HTTP = 5432, 6379, 53, 8000


def _without_port(rules: list[Object], number: int) -> list[Object]:
    return [rule for rule in rules if rule["ports"][0]["port"] != number]


@mutant(PLAIN, found_by="every_pod_has_one")
def pod_without_a_policy(shop: Ground) -> None:
    shop.drop(shop.one("NetworkPolicy", "worker-saga"))


@mutant(PLAIN, found_by="every_pod_has_one")
def everything_may_go_out(shop: Ground) -> None:
    shop.policy()["policyTypes"] = ["Ingress"]


@mutant(PLAIN, found_by="nothing_is_open")
def everybody_may_come_in(shop: Ground) -> None:
    del shop.policy()["ingress"][0]["from"]


@mutant(PLAIN, found_by="nothing_is_open")
def every_port_is_open(shop: Ground) -> None:
    del shop.policy()["ingress"][0]["ports"]


@mutant(PLAIN, found_by="nothing_is_open")
def out_to_every_port(shop: Ground) -> None:
    shop.policy("worker-saga")["egress"].append({"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]})


@mutant(PLAIN, found_by="nothing_is_open")
def out_to_every_pod(shop: Ground) -> None:
    rule = {"to": [{"podSelector": {}}], "ports": [{"protocol": "TCP", "port": _HTTP}]}
    shop.policy("worker-saga")["egress"].append(rule)


@mutant(WHOLE, found_by="both_sides_agree")
def callee_keeps_its_caller_out(shop: Ground) -> None:
    rule = shop.policy("web", "carts")["ingress"][0]
    rule["from"] = [
        peer
        for peer in rule["from"]
        if peer.get("podSelector", {}).get("matchLabels", {}).get(NAME) != "orders"
    ]


@mutant(WHOLE, found_by="both_sides_agree")
def caller_may_not_go_out(shop: Ground) -> None:
    policy = shop.policy("web", "orders")
    policy["egress"] = _without_port(policy["egress"], _HTTP)


@mutant(WHOLE, found_by="both_sides_agree")
def two_sides_of_different_ports(shop: Ground) -> None:
    policy = shop.policy("web", "orders")
    rule = next(each for each in policy["egress"] if each["ports"][0]["port"] == _HTTP)
    rule["ports"][0]["port"] = 80


@mutant(WHOLE, found_by="calls_are_those_of_the_code")
def call_that_the_code_does_not_make(shop: Ground) -> None:
    caller, callee = shop.policy("web", "catalog"), shop.policy("web", "payments")
    caller["egress"].append(
        {"to": [{"podSelector": callee["podSelector"]}], "ports": [{"port": _HTTP}]}
    )
    callee["ingress"][0]["from"].append({"podSelector": caller["podSelector"]})


@mutant(PLAIN, found_by="ports_are_there")
def way_in_to_another_port(shop: Ground) -> None:
    shop.policy("worker-saga")["ingress"][0]["ports"][0]["port"] = 9100


@mutant(PLAIN, found_by="ports_are_there")
def nobody_may_come_in(shop: Ground) -> None:
    del shop.policy("worker-saga")["ingress"]


@mutant(PLAIN, found_by="data_that_is_used")
def database_out_of_reach(shop: Ground) -> None:
    policy = shop.policy("migrate")
    policy["egress"] = _without_port(policy["egress"], _POSTGRESQL)


@mutant(PLAIN, found_by="data_that_is_used")
def cache_that_a_worker_does_not_use(shop: Ground) -> None:
    rule = {"ports": [{"protocol": "TCP", "port": _REDIS}]}
    shop.policy("worker-saga")["egress"].append(rule)


@mutant(PLAIN, found_by="data_that_is_used")
def names_cannot_be_looked_up(shop: Ground) -> None:
    policy = shop.policy()
    policy["egress"] = _without_port(policy["egress"], _DNS)


@mutant(PLAIN, found_by="addresses_lead_somewhere")
def callee_is_not_told(shop: Ground) -> None:
    del shop.settings()["ARGOSY_ORDERS_CARTS_URL"]


@mutant(WHOLE, found_by="addresses_lead_somewhere")
def callee_that_is_not_there(shop: Ground) -> None:
    settings = shop.one("ConfigMap", "config", "orders")["data"]
    settings["ARGOSY_ORDERS_CARTS_URL"] = "http://other-carts"


@mutant(WHOLE, found_by="addresses_lead_somewhere")
def callee_that_may_not_be_called(shop: Ground) -> None:
    settings = shop.one("ConfigMap", "config", "orders")["data"]
    settings["ARGOSY_ORDERS_CARTS_URL"] = "http://shop-catalog"
