{{/* What has to happen before new pods: the schema of the database, the queues of the broker. */}}

{{- define "common.migrationMode" -}}
{{- $mode := .values.migrate.mode -}}
{{- ternary (ternary "job" "hook" (eq .global.data.mode "eval")) $mode (eq $mode "auto") -}}
{{- end -}}

{{- define "common.migrate" -}}
{{- if .values.migrate.enabled }}
{{- $args := list "migrate" "--services" (join "," .facts.services) }}
{{- $job := dict "component" "migrate" "container" "migrate" "args" $args "secrets" .facts.databases }}
{{ include "common.job" (merge $job .) }}
{{- end }}
{{- end -}}

{{- define "common.topology" -}}
{{- if .values.topology.enabled }}
{{- $args := list "topology" "--services" (join "," .facts.services) }}
{{- $job := dict "component" "topology" "container" "topology" "args" $args "secrets" (list "broker") }}
{{ include "common.job" (merge $job .) }}
{{- end }}
{{- end -}}

{{/*
A hook comes before the other objects of a release, so what it needs has to be a hook as well. A plain Job
cannot change once it exists, so its name has the digest of all it is made of, the image above all.
*/}}
{{- define "common.job" -}}
{{- $hook := eq (.mode | default (include "common.migrationMode" .)) "hook" }}
{{- $pod := dict "restartPolicy" "Never" "resources" .values.migrate.resources "plain" .values.config }}
{{- $scope := merge $pod . }}
{{- $template := include "common.podTemplate" $scope }}
{{- $name := include "common.workload" $scope }}
{{- $before := dict "helm.sh/hook" "pre-install,pre-upgrade" "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded" }}
{{- $needs := ternary (dict "annotations" (merge (dict "helm.sh/hook-weight" "-10") $before)) dict $hook }}
{{ include "common.account" (merge $needs $scope) }}
{{ include "common.policy" (merge $needs $scope) }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $hook | ternary $name (printf "%s-%s" $name (sha256sum $template | trunc 10)) }}
  labels:
    {{- include "common.labels" $scope | nindent 4 }}
  {{- if $hook }}
  annotations:
    {{- toYaml (merge (dict "helm.sh/hook-weight" "-5") $before) | nindent 4 }}
  {{- end }}
spec:
  backoffLimit: {{ .values.migrate.retries }}
  activeDeadlineSeconds: {{ .values.migrate.deadlineSeconds }}
  template:
    {{- $template | nindent 4 }}
{{- end -}}
