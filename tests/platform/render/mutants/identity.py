"""Names, labels and selectors that have drifted apart."""

from tests.platform.render.mutants.planted import MONITORED, PLAIN, Ground, mutant

_COMPONENT = "app.kubernetes.io/component"


@mutant(PLAIN, found_by="names")
def two_of_one_name(shop: Ground) -> None:
    shop.objects.append(shop.one("Service"))


@mutant(PLAIN, found_by="names")
def name_that_dns_does_not_take(shop: Ground) -> None:
    shop.one("Service")["metadata"]["name"] = "shop-orders-" + "x" * 60


@mutant(PLAIN, found_by="labels")
def label_is_missing(shop: Ground) -> None:
    del shop.one("PodDisruptionBudget")["metadata"]["labels"]["app.kubernetes.io/part-of"]


@mutant(PLAIN, found_by="labels")
def label_is_empty(shop: Ground) -> None:
    shop.one("ConfigMap", "config")["metadata"]["labels"]["app.kubernetes.io/version"] = None


@mutant(PLAIN, found_by="labels")
def object_of_another_installation(shop: Ground) -> None:
    shop.one("Service")["metadata"]["labels"]["app.kubernetes.io/instance"] = "other"


@mutant(PLAIN, found_by="pods_belong_to_their_workload")
def pods_drift_from_their_deployment(shop: Ground) -> None:
    shop.template()["metadata"]["labels"][_COMPONENT] = "api"


@mutant(PLAIN, found_by="pods_belong_to_their_workload")
def selector_with_a_version(shop: Ground) -> None:
    selector = shop.one("Deployment")["spec"]["selector"]["matchLabels"]
    selector["app.kubernetes.io/version"] = "0.1.0"


@mutant(PLAIN, found_by="pods_belong_to_their_workload")
def deployment_takes_the_pods_of_another(shop: Ground) -> None:
    shop.template("worker-saga")["metadata"]["labels"][_COMPONENT] = "web"


@mutant(PLAIN, found_by="objects_say_what_their_pods_say")
def deployment_is_called_otherwise(shop: Ground) -> None:
    shop.one("Deployment")["metadata"]["name"] = "orders-api"


@mutant(PLAIN, found_by="selectors_find_one_workload")
def service_of_no_pods(shop: Ground) -> None:
    shop.one("Service")["spec"]["selector"][_COMPONENT] = "api"


@mutant(PLAIN, found_by="selectors_find_one_workload")
def service_of_web_and_workers(shop: Ground) -> None:
    del shop.one("Service")["spec"]["selector"][_COMPONENT]


@mutant(PLAIN, found_by="selectors_find_one_workload")
def budget_of_no_pods(shop: Ground) -> None:
    shop.one("PodDisruptionBudget")["spec"]["selector"]["matchLabels"][_COMPONENT] = "api"


@mutant(PLAIN, found_by="selectors_find_one_workload")
def policy_of_no_pods(shop: Ground) -> None:
    shop.policy("worker-saga")["podSelector"]["matchLabels"][_COMPONENT] = "worker"


@mutant(MONITORED, found_by="selectors_find_one_workload")
def monitor_of_no_pods(shop: Ground) -> None:
    spec = shop.one("PodMonitor", "worker-saga")["spec"]
    spec["selector"]["matchLabels"][_COMPONENT] = "worker"
