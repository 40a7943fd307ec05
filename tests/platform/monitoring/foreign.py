"""Metrics that neither Argosy nor its broker exports, with the labels that are used of them."""

_POD = {"namespace", "pod", "container"}

# kube-state-metrics 2.x.
FOREIGN: dict[str, set[str]] = {
    "kube_deployment_status_condition": {"namespace", "deployment", "condition", "status"},
    "kube_deployment_status_replicas_unavailable": {"namespace", "deployment"},
    "kube_horizontalpodautoscaler_spec_max_replicas": {"namespace", "horizontalpodautoscaler"},
    "kube_horizontalpodautoscaler_spec_min_replicas": {"namespace", "horizontalpodautoscaler"},
    "kube_horizontalpodautoscaler_status_current_replicas": {
        "namespace",
        "horizontalpodautoscaler",
    },
    "kube_job_failed": {"namespace", "job_name", "condition"},
    "kube_pod_container_status_last_terminated_reason": _POD | {"reason"},
    "kube_pod_container_status_restarts_total": _POD,
    "kube_poddisruptionbudget_status_expected_pods": {"namespace", "poddisruptionbudget"},
    "kube_poddisruptionbudget_status_pod_disruptions_allowed": {
        "namespace",
        "poddisruptionbudget",
    },
}
# Prometheus's own.
FOREIGN["ALERTS"] = {"alertname", "alertstate"}
