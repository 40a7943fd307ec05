{{/* Web and workers: a Deployment, its account, and what keeps it available. */}}

{{- define "common.deployment" -}}
{{ include "common.account" . }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "common.workload" . }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
spec:
  {{- /* Beside an autoscaler the field would be fought over at every upgrade. */}}
  {{- if not .size.autoscaling.enabled }}
  replicas: {{ .size.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  progressDeadlineSeconds: {{ add .values.migrate.gateSeconds 300 }}
  strategy:
    {{- if .surge }}
    type: RollingUpdate
    rollingUpdate:
      maxSurge: {{ .surge }}
      maxUnavailable: 0
    {{- else }}
    type: Recreate
    {{- end }}
  selector:
    matchLabels:
      {{- include "common.selector" . | nindent 6 }}
  template:
    {{- include "common.podTemplate" . | nindent 4 }}
{{ include "common.budget" . }}
{{ include "common.policy" . }}
{{- end -}}

{{- define "common.web" -}}
{{- $web := .values.web -}}
{{- $args := list "web" "--services" (join "," .facts.services) "--host" "0.0.0.0" "--port" "8000" "--workers" $web.workers "--threads" $web.threads -}}
{{- $pod := dict "component" "web" "container" "web" "args" $args "secrets" .facts.web.secrets -}}
{{- $_ := merge $pod (include "common.serving" (dict "scope" . "size" $web) | fromYaml) -}}
{{- $_ := set $pod "port" (dict "name" "http" "number" 8000) -}}
{{- $_ := set $pod "environment" (dict "PROMETHEUS_MULTIPROC_DIR" "/tmp/metrics") -}}
{{- $_ := set $pod "preStopSeconds" $web.preStopSeconds -}}
{{- $_ := set $pod "surge" 1 -}}
{{- $scope := merge $pod . -}}
{{ include "common.deployment" $scope }}
{{ include "common.service" $scope }}
{{ include "common.serviceMonitor" $scope }}
{{ include "common.hpa" $scope }}
{{- end -}}

{{- define "common.worker" -}}
{{- $size := index .values.workers .pool -}}
{{- $facts := index .facts.workers .pool -}}
{{- $args := list "worker" "--services" (join "," .facts.services) "--pool" .pool -}}
{{- $pod := dict "component" (printf "worker-%s" .pool) "container" "worker" "args" $args "secrets" $facts.secrets -}}
{{- $_ := merge $pod (include "common.serving" (dict "scope" . "size" $size) | fromYaml) -}}
{{- $_ := set $pod "port" (dict "name" "probes" "number" 9000) -}}
{{- $environment := dict "ARGOSY_WORKER_HOST" "0.0.0.0" "ARGOSY_WORKER_PORT" "9000" -}}
{{- /* The children of this pool add up their metrics there. */}}
{{- if eq .pool "jobs" }}{{ $_ := set $environment "PROMETHEUS_MULTIPROC_DIR" "/tmp/metrics" }}{{ end -}}
{{- $_ := set $pod "environment" $environment -}}
{{- $_ := set $pod "surge" "25%" -}}
{{- $scope := merge $pod . -}}
{{ include "common.deployment" $scope }}
{{ include "common.podMonitor" $scope }}
{{ include "common.scaledObject" (merge (dict "queues" $facts.queues) $scope) }}
{{- end -}}

{{/* What web and workers have in common. */}}
{{- define "common.serving" -}}
size:
  {{- toYaml .size | nindent 2 }}
resources:
  {{- toYaml .size.resources | nindent 2 }}
probes:
  {{- toYaml .size.probes | nindent 2 }}
gracePeriodSeconds: {{ .size.gracePeriodSeconds }}
configMap: {{ include "common.fullname" .scope }}-config
paths: {live: /livez, ready: /readyz}
gate: {{ .scope.values.migrate.enabled }}
spread: true
{{- end -}}

{{- define "common.service" -}}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "common.fullname" . }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  selector:
    {{- include "common.selector" . | nindent 4 }}
  ports:
    - name: http
      port: 80
      targetPort: http
      protocol: TCP
{{- end -}}

{{/* The least number of pods there is: what a disruption budget has to be possible with. */}}
{{- define "common.fewest" -}}
{{- ternary .size.autoscaling.minReplicas .size.replicas .size.autoscaling.enabled -}}
{{- end -}}

{{- define "common.budget" -}}
{{- $budget := .size.budget }}
{{- if gt (include "common.fewest" . | int) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "common.workload" . }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
spec:
  {{- if ne (toString $budget.minAvailable) "" }}
  minAvailable: {{ $budget.minAvailable }}
  {{- else }}
  maxUnavailable: {{ ne (toString $budget.maxUnavailable) "" | ternary $budget.maxUnavailable 1 }}
  {{- end }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "common.selector" . | nindent 6 }}
{{- end }}
{{- end -}}
