"""Pods that may do too much, or have too little."""

from tests.platform.render.mutants.planted import PLAIN, Ground, mutant


@mutant(PLAIN, found_by="confined")
def pod_runs_as_root(shop: Ground) -> None:
    shop.pod()["securityContext"]["runAsUser"] = 0


@mutant(PLAIN, found_by="confined")
def user_is_left_to_the_image(shop: Ground) -> None:
    del shop.pod("worker-saga")["securityContext"]["runAsNonRoot"]


@mutant(PLAIN, found_by="confined")
def no_seccomp_profile(shop: Ground) -> None:
    del shop.pod("migrate", "Job")["securityContext"]["seccompProfile"]


@mutant(PLAIN, found_by="confined")
def group_cannot_read_its_secrets(shop: Ground) -> None:
    del shop.pod()["securityContext"]["fsGroup"]


@mutant(PLAIN, found_by="confined")
def privileges_may_be_gained(shop: Ground) -> None:
    shop.container()["securityContext"]["allowPrivilegeEscalation"] = True


@mutant(PLAIN, found_by="confined")
def root_is_writable(shop: Ground) -> None:
    shop.container("worker-saga")["securityContext"]["readOnlyRootFilesystem"] = False


@mutant(PLAIN, found_by="confined")
def gate_keeps_its_capabilities(shop: Ground) -> None:
    del shop.pod()["initContainers"][0]["securityContext"]["capabilities"]


@mutant(PLAIN, found_by="confined")
def network_of_the_node(shop: Ground) -> None:
    shop.pod()["hostNetwork"] = True


@mutant(PLAIN, found_by="without_token")
def pod_mounts_a_token(shop: Ground) -> None:
    shop.pod("worker-saga")["automountServiceAccountToken"] = True


@mutant(PLAIN, found_by="without_token")
def account_hands_out_its_token(shop: Ground) -> None:
    del shop.one("ServiceAccount")["automountServiceAccountToken"]


@mutant(PLAIN, found_by="without_token")
def account_is_shared(shop: Ground) -> None:
    shop.pod("worker-saga")["serviceAccountName"] = shop.pod()["serviceAccountName"]


@mutant(PLAIN, found_by="without_token")
def account_is_not_there(shop: Ground) -> None:
    shop.drop(shop.one("ServiceAccount", "migrate"))


@mutant(PLAIN, found_by="without_service_variables")
def services_become_variables(shop: Ground) -> None:
    del shop.pod()["enableServiceLinks"]


@mutant(PLAIN, found_by="one_writable_place")
def nowhere_to_write(shop: Ground) -> None:
    shop.container("topology", "Job")["volumeMounts"] = []


@mutant(PLAIN, found_by="one_writable_place")
def secret_can_be_written(shop: Ground) -> None:
    del shop.container()["volumeMounts"][1]["readOnly"]


@mutant(PLAIN, found_by="volumes")
def temporary_files_on_disk(shop: Ground) -> None:
    del shop.pod()["volumes"][0]["emptyDir"]["medium"]


@mutant(PLAIN, found_by="volumes")
def memory_without_end(shop: Ground) -> None:
    del shop.pod("worker-saga")["volumes"][0]["emptyDir"]["sizeLimit"]


@mutant(PLAIN, found_by="volumes")
def key_that_everybody_reads(shop: Ground) -> None:
    shop.pod()["volumes"][1]["secret"]["defaultMode"] = 0o644


@mutant(PLAIN, found_by="volumes")
def mount_without_volume(shop: Ground) -> None:
    shop.pod()["volumes"].pop()


@mutant(PLAIN, found_by="volumes")
def volume_without_mount(shop: Ground) -> None:
    shop.pod()["volumes"].append({"name": "idle", "emptyDir": {"medium": "Memory"}})


@mutant(PLAIN, found_by="volumes")
def folder_of_the_node(shop: Ground) -> None:
    shop.pod()["volumes"][0] = {"name": "tmp", "hostPath": {"path": "/srv"}}


@mutant(PLAIN, found_by="bounded")
def memory_without_limit(shop: Ground) -> None:
    del shop.container()["resources"]["limits"]


@mutant(PLAIN, found_by="bounded")
def gate_that_requests_nothing(shop: Ground) -> None:
    shop.pod("worker-saga")["initContainers"][0]["resources"] = {}


@mutant(PLAIN, found_by="bounded")
def request_above_its_limit(shop: Ground) -> None:
    shop.container()["resources"]["requests"]["memory"] = "1Gi"


@mutant(PLAIN, found_by="images")
def image_that_may_change(shop: Ground) -> None:
    for container in (*shop.pod()["initContainers"], shop.container()):
        container["image"] = "argosy/orders:latest"


@mutant(PLAIN, found_by="images")
def gate_of_another_release(shop: Ground) -> None:
    shop.pod()["initContainers"][0]["image"] = "argosy/orders:0.0.9"


@mutant(PLAIN, found_by="images")
def shell_that_is_not_there(shop: Ground) -> None:
    shop.container()["command"] = ["/bin/sh", "-c", "exec python -m libs.runtime web"]


@mutant(PLAIN, found_by="hooks_find_what_they_need")
def hook_before_its_account(shop: Ground) -> None:
    del shop.one("ServiceAccount", "migrate")["metadata"]["annotations"]


@mutant(PLAIN, found_by="hooks_find_what_they_need")
def hook_beside_its_policy(shop: Ground) -> None:
    policy = shop.one("NetworkPolicy", "migrate")
    policy["metadata"]["annotations"]["helm.sh/hook-weight"] = "-5"


@mutant(PLAIN, found_by="hooks_find_what_they_need")
def migration_at_installation_alone(shop: Ground) -> None:
    shop.one("Job", "migrate")["metadata"]["annotations"]["helm.sh/hook"] = "pre-install"


@mutant(PLAIN, found_by="hooks_find_what_they_need")
def hook_that_reads_a_later_config_map(shop: Ground) -> None:
    shop.container("migrate", "Job")["envFrom"] = shop.container()["envFrom"]


@mutant(PLAIN, found_by="nothing_comes_too_late")
def migration_after_its_pods(shop: Ground) -> None:
    annotations = shop.one("Job", "migrate")["metadata"]["annotations"]
    annotations["helm.sh/hook"] = "post-install,post-upgrade"
