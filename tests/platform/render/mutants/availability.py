"""Rollouts, disruptions, scaling and stops that would lose something."""

from tests.platform.render.mutants.planted import (
    JOB,
    PLAIN,
    SCALED,
    SCALED_JOBS,
    SINGLE,
    Ground,
    mutant,
)


@mutant(PLAIN, found_by="rollouts")
def less_pods_during_a_rollout(shop: Ground) -> None:
    shop.one("Deployment")["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] = 1


@mutant(PLAIN, found_by="rollouts")
def rollout_that_cannot_begin(shop: Ground) -> None:
    shop.one("Deployment", "worker-saga")["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = 0


@mutant(PLAIN, found_by="rollouts")
def all_old_pods_end_first(shop: Ground) -> None:
    shop.one("Deployment")["spec"]["strategy"] = {"type": "Recreate"}


@mutant(PLAIN, found_by="rollouts")
def stuck_while_the_schema_is_made(shop: Ground) -> None:
    shop.one("Deployment")["spec"]["progressDeadlineSeconds"] = 120


@mutant(SCALED, found_by="autoscaled")
def replicas_beside_an_hpa(shop: Ground) -> None:
    shop.one("Deployment")["spec"]["replicas"] = 2


@mutant(SCALED, found_by="autoscaled")
def replicas_beside_keda(shop: Ground) -> None:
    shop.one("Deployment", "worker-saga")["spec"]["replicas"] = 2


@mutant(PLAIN, found_by="autoscaled")
def nobody_says_how_many_pods(shop: Ground) -> None:
    del shop.one("Deployment")["spec"]["replicas"]


@mutant(SCALED, found_by="autoscaled")
def autoscaler_of_nothing(shop: Ground) -> None:
    shop.one("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] = "orders"


@mutant(SCALED, found_by="autoscaled")
def two_autoscalers(shop: Ground) -> None:
    target = shop.one("ScaledObject", "worker-saga")["spec"]["scaleTargetRef"]
    target["name"] = shop.one("Deployment")["metadata"]["name"]


@mutant(SCALED, found_by="scaled_with_care")
def scaled_to_nothing(shop: Ground) -> None:
    shop.one("ScaledObject", "worker-saga")["spec"]["minReplicaCount"] = 0


@mutant(SCALED, found_by="scaled_with_care")
def most_below_least(shop: Ground) -> None:
    shop.one("HorizontalPodAutoscaler")["spec"]["maxReplicas"] = 1


@mutant(SCALED, found_by="scaled_with_care")
def pods_are_taken_away_at_once(shop: Ground) -> None:
    del shop.one("ScaledObject", "worker-saga")["spec"]["advanced"]


@mutant(SCALED, found_by="scaled_by_their_queues")
def scaled_by_the_queue_of_others(shop: Ground) -> None:
    triggers = shop.one("ScaledObject", "worker-saga")["spec"]["triggers"]
    triggers[0]["metadata"]["queueName"] = "carts.commands"


@mutant(SCALED_JOBS, found_by="scaled_by_their_queues")
def scaled_by_one_queue_of_several(shop: Ground) -> None:
    shop.one("ScaledObject", "worker-jobs")["spec"]["triggers"].clear()


@mutant(SCALED, found_by="scaled_by_their_queues")
def unacknowledged_messages_are_not_seen(shop: Ground) -> None:
    triggers = shop.one("ScaledObject", "worker-saga")["spec"]["triggers"]
    triggers[0]["metadata"]["protocol"] = "amqp"


@mutant(SCALED, found_by="scaled_by_their_queues")
def autoscaler_cannot_log_in(shop: Ground) -> None:
    shop.drop(shop.one("TriggerAuthentication", "worker-saga"))


@mutant(PLAIN, found_by="disruptions")
def budget_with_both_fields(shop: Ground) -> None:
    shop.one("PodDisruptionBudget")["spec"]["minAvailable"] = 1


@mutant(PLAIN, found_by="disruptions")
def budget_without_a_field(shop: Ground) -> None:
    del shop.one("PodDisruptionBudget")["spec"]["maxUnavailable"]


@mutant(PLAIN, found_by="disruptions")
def budget_that_allows_nothing(shop: Ground) -> None:
    shop.one("PodDisruptionBudget")["spec"]["maxUnavailable"] = 0


@mutant(PLAIN, found_by="disruptions")
def budget_that_keeps_all(shop: Ground) -> None:
    spec = shop.one("PodDisruptionBudget", "worker-saga")["spec"]
    del spec["maxUnavailable"]
    spec["minAvailable"] = "51%"


@mutant(PLAIN, found_by="disruptions")
def no_budget(shop: Ground) -> None:
    shop.drop(shop.one("PodDisruptionBudget", "worker-saga"))


@mutant(PLAIN, found_by="disruptions")
def budget_of_a_single_pod(shop: Ground) -> None:
    shop.one("Deployment")["spec"]["replicas"] = 1


@mutant(SINGLE, found_by="disruptions")
def more_pods_and_no_budget(shop: Ground) -> None:
    shop.one("Deployment", "worker-saga")["spec"]["replicas"] = 3


@mutant(PLAIN, found_by="spread")
def all_on_one_node(shop: Ground) -> None:
    del shop.pod()["topologySpreadConstraints"]


@mutant(PLAIN, found_by="spread")
def spread_among_other_pods(shop: Ground) -> None:
    constraint = shop.pod("worker-saga")["topologySpreadConstraints"][0]
    constraint["labelSelector"]["matchLabels"]["app.kubernetes.io/component"] = "web"


@mutant(PLAIN, found_by="spread")
def rather_no_pod_than_unspread(shop: Ground) -> None:
    shop.pod()["topologySpreadConstraints"][0]["whenUnsatisfiable"] = "DoNotSchedule"


@mutant(PLAIN, found_by="spread")
def old_pods_count_in_a_rollout(shop: Ground) -> None:
    del shop.pod()["topologySpreadConstraints"][1]["matchLabelKeys"]


@mutant(PLAIN, found_by="stops")
def killed_before_it_is_drained(shop: Ground) -> None:
    shop.pod()["terminationGracePeriodSeconds"] = 24


@mutant(PLAIN, found_by="stops")
def killed_within_a_task(shop: Ground) -> None:
    del shop.pod("worker-saga")["terminationGracePeriodSeconds"]


@mutant(PLAIN, found_by="stops")
def port_closes_too_early(shop: Ground) -> None:
    del shop.container()["lifecycle"]


@mutant(PLAIN, found_by="gates")
def no_gate(shop: Ground) -> None:
    del shop.pod("worker-saga")["initContainers"]


@mutant(PLAIN, found_by="gates")
def gate_without_end(shop: Ground) -> None:
    shop.pod()["initContainers"][0]["args"][-1] = "1000000"


@mutant(PLAIN, found_by="ends")
def migration_restarts_in_place(shop: Ground) -> None:
    shop.pod("migrate", "Job")["restartPolicy"] = "OnFailure"


@mutant(PLAIN, found_by="ends")
def migration_without_end(shop: Ground) -> None:
    del shop.one("Job", "migrate")["spec"]["activeDeadlineSeconds"]


@mutant(PLAIN, found_by="again")
def hook_that_runs_once(shop: Ground) -> None:
    del shop.one("Job", "topology")["metadata"]["annotations"]["helm.sh/hook-delete-policy"]


@mutant(JOB, found_by="again")
def job_that_cannot_be_replaced(shop: Ground) -> None:
    metadata = shop.one("Job", "migrate")["metadata"]
    metadata["name"] = metadata["name"].rpartition("-")[0]
