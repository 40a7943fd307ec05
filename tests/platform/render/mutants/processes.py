"""Processes that would not start, not be found, or be ended by their own probes."""

from tests.platform.render.mutants.planted import ORDINARY, PLAIN, WHOLE, Ground, mutant


@mutant(PLAIN, found_by="arguments")
def word_that_the_runtime_does_not_know(shop: Ground) -> None:
    shop.container()["args"].append("--reload")


@mutant(PLAIN, found_by="arguments")
def process_for_another_service(shop: Ground) -> None:
    shop.container("worker-saga")["args"][2] = "carts"


@mutant(PLAIN, found_by="roles")
def worker_that_is_a_web_server(shop: Ground) -> None:
    shop.container("worker-saga")["args"] = shop.container()["args"]


@mutant(PLAIN, found_by="roles")
def migration_that_declares_queues(shop: Ground) -> None:
    shop.container("migrate", "Job")["args"][0] = "topology"


@mutant(ORDINARY, found_by="every_process_is_there")
def pool_is_forgotten(shop: Ground) -> None:
    shop.drop(shop.one("Deployment", "worker-jobs"))


@mutant(PLAIN, found_by="probed")
def no_startup_probe(shop: Ground) -> None:
    del shop.container()["startupProbe"]


@mutant(PLAIN, found_by="probed")
def no_readiness_probe(shop: Ground) -> None:
    del shop.container()["readinessProbe"]


@mutant(PLAIN, found_by="probed")
def worker_without_liveness_probe(shop: Ground) -> None:
    del shop.container("worker-saga")["livenessProbe"]


@mutant(PLAIN, found_by="probed")
def probe_of_another_port(shop: Ground) -> None:
    shop.container()["readinessProbe"]["httpGet"]["port"] = 8080


@mutant(PLAIN, found_by="probed")
def probe_of_a_port_without_that_name(shop: Ground) -> None:
    shop.container("worker-saga")["startupProbe"]["httpGet"]["port"] = "http"


@mutant(PLAIN, found_by="probed")
def restarted_when_the_database_is_away(shop: Ground) -> None:
    shop.container()["livenessProbe"]["httpGet"]["path"] = "/readyz"


@mutant(PLAIN, found_by="probed")
def requests_before_it_is_ready(shop: Ground) -> None:
    shop.container()["readinessProbe"]["httpGet"]["path"] = "/livez"


@mutant(PLAIN, found_by="probed")
def killed_after_one_slow_answer(shop: Ground) -> None:
    shop.container("worker-saga")["livenessProbe"]["failureThreshold"] = 1


@mutant(PLAIN, found_by="probed")
def no_time_to_start(shop: Ground) -> None:
    shop.container()["startupProbe"]["failureThreshold"] = 3


@mutant(PLAIN, found_by="listens")
def port_that_nobody_opens(shop: Ground) -> None:
    shop.container()["ports"][0]["containerPort"] = 8080


@mutant(PLAIN, found_by="listens")
def probes_for_itself_alone(shop: Ground) -> None:
    shop.without_variable("ARGOSY_WORKER_HOST", "worker-saga")


@mutant(PLAIN, found_by="told_everything")
def database_is_not_told(shop: Ground) -> None:
    shop.without_variable("ARGOSY_ORDERS_DATABASE_URL")


@mutant(PLAIN, found_by="told_everything")
def broker_is_not_told(shop: Ground) -> None:
    shop.without_variable("ARGOSY_BROKER_URL", "worker-saga")


@mutant(PLAIN, found_by="told_everything")
def service_key_is_not_told(shop: Ground) -> None:
    shop.without_variable("ARGOSY_ORDERS_SERVICE_KEY")


@mutant(PLAIN, found_by="told_everything")
def migration_without_a_database(shop: Ground) -> None:
    shop.container("migrate", "Job")["env"] = []


@mutant(PLAIN, found_by="told_everything")
def setting_without_a_meaning(shop: Ground) -> None:
    shop.settings()["ARGOSY_DATABASE_POOL_SIZE"] = "many"


@mutant(WHOLE, found_by="told_everything")
def number_as_helm_holds_it(shop: Ground) -> None:
    shop.settings()["ARGOSY_DATABASE_STATEMENT_TIMEOUT"] = "3.3554432e+07"


@mutant(PLAIN, found_by="no_secret_in_plain_sight")
def secret_made_by_the_chart(shop: Ground) -> None:
    labels = shop.one("ConfigMap", "config")["metadata"]["labels"]
    metadata = {"name": "shop-orders-key", "labels": labels}
    shop.objects.append({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})


@mutant(PLAIN, found_by="no_secret_in_plain_sight")
def password_in_a_config_map(shop: Ground) -> None:
    shop.settings()["ARGOSY_BROKER_URL"] = "amqp://orders:sesame@rabbitmq/argosy"


@mutant(PLAIN, found_by="no_secret_in_plain_sight")
def password_in_a_variable(shop: Ground) -> None:
    url = "postgresql://orders:sesame@postgresql/orders"
    shop.container()["env"].append({"name": "ARGOSY_ORDERS_DATABASE_URL", "value": url})
