"""The level `restricted` of the Pod Security Standards, which the namespaces of Argosy enforce."""

from collections.abc import Iterator

from tests.platform.manifests.objects import Object, containers

_VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image"),
    *("persistentVolumeClaim", "projected", "secret"),
}
_PROFILES = ({"type": "RuntimeDefault"}, {"type": "Localhost"})


def faults(spec: Object) -> Iterator[str]:
    """What the API server would refuse in a pod."""
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield f"it asks for {field}"
    for volume in spec.get("volumes", []):
        if not volume.keys() - {"name"} <= _VOLUMES:
            yield f"the volume {volume['name']} is of a kind that is not allowed"
    for container in containers(spec):
        own = spec.get("securityContext", {}) | container.get("securityContext", {})
        yield from (f"{container['name']} {fault}" for fault in _container_faults(own))


def _container_faults(context: Object) -> Iterator[str]:
    if context.get("runAsNonRoot") is not True or context.get("runAsUser") == 0:
        yield "may run as root"
    if context.get("seccompProfile") not in _PROFILES:
        yield "has no seccomp profile"
    if context.get("allowPrivilegeEscalation") is not False:
        yield "may get more rights"
    if context.get("capabilities") != {"drop": ["ALL"]}:
        yield "keeps capabilities"
