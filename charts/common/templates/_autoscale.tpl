{{/* More pods when there is more to do: by processor time for web, by queue length for workers. */}}

{{- define "common.hpa" -}}
{{- $scaling := .size.autoscaling }}
{{- if $scaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "common.workload" . }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "common.workload" . }}
  minReplicas: {{ $scaling.minReplicas }}
  maxReplicas: {{ $scaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ $scaling.cpuPercent }}
  behavior:
    scaleDown:
      {{- include "common.slowly" . | nindent 6 }}
{{- end }}
{{- end -}}

{{- define "common.slowly" -}}
stabilizationWindowSeconds: 300
policies:
  - type: Pods
    value: 1
    periodSeconds: 60
{{- end -}}

{{/* Over the broker's HTTP API, because AMQP does not count what workers hold unacknowledged. */}}
{{- define "common.scaledObject" -}}
{{- $scaling := .size.autoscaling }}
{{- if $scaling.enabled }}
{{- $given := index (.values.secrets | default dict) "brokerManagement" | default dict }}
---
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata:
  name: {{ include "common.workload" . }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
spec:
  secretTargetRef:
    - parameter: host
      name: {{ $given.name | default .facts.brokerManagement.secret }}
      key: {{ $given.key | default .facts.brokerManagement.key }}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ include "common.workload" . }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    name: {{ include "common.workload" . }}
  minReplicaCount: {{ $scaling.minReplicas }}
  maxReplicaCount: {{ $scaling.maxReplicas }}
  pollingInterval: {{ $scaling.pollingSeconds }}
  cooldownPeriod: {{ $scaling.cooldownSeconds }}
  advanced:
    horizontalPodAutoscalerConfig:
      behavior:
        scaleDown:
          {{- include "common.slowly" . | nindent 10 }}
  triggers:
    {{- range .queues }}
    - type: rabbitmq
      metadata:
        protocol: http
        mode: QueueLength
        queueName: {{ . }}
        value: {{ $scaling.messagesPerPod | quote }}
      authenticationRef:
        name: {{ include "common.workload" $ }}
    {{- end }}
{{- end }}
{{- end -}}
