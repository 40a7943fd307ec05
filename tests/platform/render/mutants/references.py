"""References to what is not there."""

from tests.platform.render.mutants.planted import (
    GATEWAY,
    MONITORED,
    PLAIN,
    ROUTED,
    ROUTED_WHOLE,
    SCALED,
    Ground,
    mutant,
)


@mutant(PLAIN, found_by="secrets")
def key_that_no_secret_has(shop: Ground) -> None:
    shop.container("migrate", "Job")["env"][1]["valueFrom"]["secretKeyRef"]["key"] = "dsn"


@mutant(PLAIN, found_by="secrets")
def secret_of_another_name(shop: Ground) -> None:
    shop.pod()["volumes"][1]["secret"]["secretName"] = "orders-key"


@mutant(SCALED, found_by="secrets")
def login_that_no_secret_has(shop: Ground) -> None:
    shop.one("TriggerAuthentication", "worker-saga")["spec"]["secretTargetRef"][0]["key"] = "host"


@mutant(PLAIN, found_by="secrets")
def starts_without_its_secret(shop: Ground) -> None:
    shop.pod()["volumes"][1]["secret"]["optional"] = True


@mutant(PLAIN, found_by="files")
def key_file_where_nothing_is(shop: Ground) -> None:
    shop.container()["volumeMounts"][2]["mountPath"] = "/etc/keys"


@mutant(PLAIN, found_by="config")
def config_map_is_not_there(shop: Ground) -> None:
    shop.drop(shop.one("ConfigMap", "config"))


@mutant(PLAIN, found_by="config")
def change_of_settings_goes_unnoticed(shop: Ground) -> None:
    shop.settings()["ARGOSY_LOG_LEVEL"] = "DEBUG"


@mutant(PLAIN, found_by="config")
def settings_of_nobody(shop: Ground) -> None:
    for component in ("web", "worker-saga"):
        del shop.container(component)["envFrom"]
        del shop.pod(component)["initContainers"][0]["envFrom"]


@mutant(PLAIN, found_by="services")
def service_of_another_port(shop: Ground) -> None:
    shop.one("Service")["spec"]["ports"][0]["targetPort"] = "web"


@mutant(PLAIN, found_by="services")
def web_without_a_service(shop: Ground) -> None:
    shop.drop(shop.one("Service"))


@mutant(ROUTED, found_by="routes")
def way_in_to_no_service(shop: Ground) -> None:
    path = shop.one("Ingress")["spec"]["rules"][0]["http"]["paths"][0]
    path["backend"]["service"]["name"] = "orders"


@mutant(GATEWAY, found_by="routes")
def way_in_to_no_port(shop: Ground) -> None:
    shop.one("HTTPRoute")["spec"]["rules"][0]["backendRefs"][0]["port"] = 8000


@mutant(GATEWAY, found_by="routes")
def prefix_is_forgotten(shop: Ground) -> None:
    shop.one("HTTPRoute")["spec"]["rules"][0]["matches"].pop()


@mutant(ROUTED, found_by="routes")
def internal_path_for_everybody(shop: Ground) -> None:
    paths = shop.one("Ingress")["spec"]["rules"][0]["http"]["paths"]
    paths.append(paths[0] | {"path": "/internal/orders"})


@mutant(ROUTED_WHOLE, found_by="routes")
def one_path_to_two_services(shop: Ground) -> None:
    here, there = shop.one("Ingress", service="carts"), shop.one("Ingress", service="orders")
    taken = there["spec"]["rules"][0]["http"]["paths"][0]["path"]
    here["spec"]["rules"][0]["http"]["paths"][0]["path"] = taken


@mutant(MONITORED, found_by="monitors")
def monitor_of_another_port(shop: Ground) -> None:
    shop.one("ServiceMonitor")["spec"]["endpoints"][0]["port"] = "metrics"


@mutant(MONITORED, found_by="monitors")
def monitor_of_another_path(shop: Ground) -> None:
    shop.one("PodMonitor", "worker-saga")["spec"]["podMetricsEndpoints"][0]["path"] = "/"


@mutant(MONITORED, found_by="monitors")
def workers_are_not_scraped(shop: Ground) -> None:
    shop.drop(shop.one("PodMonitor", "worker-saga"))
