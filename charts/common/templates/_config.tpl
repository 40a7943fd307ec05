{{/* Plain settings: the addresses of other services, then what the values say. */}}

{{- define "common.configData" -}}
{{- $data := dict -}}
{{- $roles := list .facts.web -}}
{{- range .facts.workers }}{{ $roles = append $roles . }}{{ end -}}
{{- range $roles }}
{{- range .addresses }}
{{- if .local }}
{{- $_ := set $data .variable (printf "local:%s" .local) }}
{{- else }}
{{- $_ := set $data .variable (printf "%s%s" (include "common.url" (dict "scope" $ "service" .service)) .path) }}
{{- end }}
{{- end }}
{{- end }}
{{- /* Otherwise all visitors would be one address, and share one rate limit. */}}
{{- if ne .global.route.mode "none" }}
{{- $_ := set $data "ARGOSY_TRUSTED_PROXIES" (include "common.text" .global.route.proxies) }}
{{- end }}
{{- range $variable, $value := .values.config }}
{{- $_ := set $data $variable (include "common.text" $value) }}
{{- end }}
{{- toYaml $data -}}
{{- end -}}

{{/* A value as a process reads it. Helm holds numbers as floats: 33554432 must not become 3.3554432e+07. */}}
{{- define "common.text" -}}
{{- if kindIs "slice" . -}}
{{ join "," . }}
{{- else if and (kindIs "float64" .) (eq (float64 .) (floor .)) -}}
{{ int64 . }}
{{- else -}}
{{ . }}
{{- end -}}
{{- end -}}

{{- define "common.config" -}}
{{- $scope := merge (dict "component" "config") . }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "common.workload" $scope }}
  labels:
    {{- include "common.labels" $scope | nindent 4 }}
data:
  {{- range $variable, $value := include "common.configData" . | fromYaml }}
  {{ $variable }}: {{ $value | quote }}
  {{- end }}
{{- end -}}
