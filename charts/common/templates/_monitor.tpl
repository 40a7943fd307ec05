{{/* What Prometheus scrapes, the rules in alerts/ and the dashboards in dashboards/ of a chart. */}}

{{- define "common.monitorLabels" -}}
{{- include "common.labels" . }}
{{- with .global.monitoring.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "common.serviceMonitor" -}}
{{- if .global.monitoring.scrape }}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: {{ include "common.workload" . }}
  labels:
    {{- include "common.monitorLabels" . | nindent 4 }}
spec:
  selector:
    matchLabels:
      {{- include "common.selector" . | nindent 6 }}
  endpoints:
    - port: http
      {{- include "common.scraping" . | nindent 6 }}
{{- end }}
{{- end -}}

{{- define "common.podMonitor" -}}
{{- if .global.monitoring.scrape }}
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  name: {{ include "common.workload" . }}
  labels:
    {{- include "common.monitorLabels" . | nindent 4 }}
spec:
  selector:
    matchLabels:
      {{- include "common.selector" . | nindent 6 }}
  podMetricsEndpoints:
    - port: probes
      {{- include "common.scraping" . | nindent 6 }}
{{- end }}
{{- end -}}

{{/* The label `service` is the process's own, which may work for several services. */}}
{{- define "common.scraping" -}}
honorLabels: true
path: /metrics
interval: {{ .global.monitoring.intervalSeconds }}s
scrapeTimeout: {{ min 10 .global.monitoring.intervalSeconds }}s
{{- end -}}

{{/* All rule files of the chart as one object; their runbook links get the base that values give. */}}
{{- define "common.rules" -}}
{{- $groups := list }}
{{- range $path, $_ := .root.Files.Glob "alerts/*.yaml" }}
{{- range ($.root.Files.Get $path | fromYaml).groups }}
{{- range .rules }}
{{- $link := (.annotations | default dict).runbook_url | default "" }}
{{- if and $link $.global.monitoring.runbooks (not (contains "://" $link)) }}
{{- $_ := set .annotations "runbook_url" (printf "%s/%s" (trimSuffix "/" $.global.monitoring.runbooks) $link) }}
{{- end }}
{{- end }}
{{- $groups = append $groups . }}
{{- end }}
{{- end }}
{{- if and .global.monitoring.rules $groups }}
{{- $scope := merge (dict "component" "rules") . }}
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: {{ include "common.fullname" $scope }}
  labels:
    {{- include "common.monitorLabels" $scope | nindent 4 }}
spec:
  groups:
    {{- toYaml $groups | nindent 4 }}
{{- end }}
{{- end -}}

{{- define "common.dashboards" -}}
{{- if .global.monitoring.dashboards }}
{{- $scope := merge (dict "component" "dashboards") . }}
{{- range $path, $_ := .root.Files.Glob "dashboards/*.json" }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "common.workload" $scope }}-{{ base $path | trimSuffix ".json" }}
  labels:
    {{- include "common.labels" $scope | nindent 4 }}
    grafana_dashboard: "1"
data:
  {{ base $path }}: |-
    {{- $.root.Files.Get $path | nindent 4 }}
{{- end }}
{{- end }}
{{- end -}}
