{{/* Names, labels and images. A scope has the chart's own context as root, and the name of a server. */}}

{{- define "data.installation" -}}
{{- .Values.installation | default .Release.Name -}}
{{- end -}}

{{- define "data.fullname" -}}
{{- include "data.installation" .root }}-{{ .name -}}
{{- end -}}

{{- define "data.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ include "data.installation" .root }}
app.kubernetes.io/component: data
{{- end -}}

{{- define "data.labels" -}}
{{ include "data.selector" . }}
app.kubernetes.io/part-of: argosy
app.kubernetes.io/version: {{ .values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{- define "data.image" -}}
{{- $image := .values.image -}}
{{- with .root.Values.image.registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{ $image.repository }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{/* The services that get a database and a broker user: what the values ask for, or all. */}}
{{- define "data.services" -}}
{{- $known := (.Files.Get "facts.yaml" | fromYaml).services -}}
{{- range .Values.services }}
{{- if not (has . $known) }}
{{- fail (printf "services: there is no service %q, only %s" . (join ", " $known)) }}
{{- end }}
{{- end -}}
{{ toYaml (.Values.services | default $known) }}
{{- end -}}

{{/* The users of the broker: one for each service, and the one of the all-in-one profile. */}}
{{- define "data.brokerUsers" -}}
{{- $users := include "data.services" . | fromYamlArray -}}
{{ toYaml (.Values.allInOne | ternary (append $users "all-in-one") $users) }}
{{- end -}}
