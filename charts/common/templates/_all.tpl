{{/* The entries: all of one service, and the same templates for the one process that holds them all. */}}

{{/* templates/all.yaml of every service's chart. */}}
{{- define "common.all" -}}
{{- $facts := .Files.Get "facts.yaml" | fromYaml }}
{{- $path := ternary "" (printf "%s." .Chart.Name) .Chart.IsRoot }}
{{- $scope := dict "root" . "global" .Values.global "values" .Values "facts" $facts "name" $facts.name "path" $path "prefixes" $facts.web.prefixes }}
{{- if eq .Values.global.profile "services" }}
{{ include "common.process" $scope }}
{{- else if .Chart.IsRoot }}
{{- fail "global.profile: all-in-one is a value of the chart argosy, this is the chart of one service" }}
{{- end }}
{{ include "common.rules" $scope }}
{{ include "common.dashboards" $scope }}
{{- end -}}

{{/* Everything that runs, in any profile. */}}
{{- define "common.process" -}}
{{- include "common.assert" . }}
{{ include "common.config" . }}
{{ include "common.migrate" . }}
{{ include "common.topology" . }}
{{ include "common.web" . }}
{{- range $pool, $_ := .facts.workers }}
{{ include "common.worker" (merge (dict "pool" $pool) $) }}
{{- end }}
{{ include "common.route" . }}
{{- end -}}
