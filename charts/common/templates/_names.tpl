{{/*
Names and labels. Every template takes a scope: root (the caller's own context), global, name (of the
service), facts (what the code knows of it) and values.
*/}}

{{- define "common.installation" -}}
{{- .global.installation | default .root.Release.Name -}}
{{- end -}}

{{- define "common.fullname" -}}
{{- include "common.installation" . }}-{{ .name -}}
{{- end -}}

{{- define "common.workload" -}}
{{- include "common.fullname" . }}{{ if ne .component .name }}-{{ .component }}{{ end -}}
{{- end -}}

{{/* What never changes between releases: the identity of the pods of one component. */}}
{{- define "common.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ include "common.installation" . }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "common.labels" -}}
{{ include "common.selector" . }}
app.kubernetes.io/part-of: argosy
app.kubernetes.io/version: {{ include "common.version" . | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{/* Fewer than on the objects: pods are replaced for a new image, not for a new chart. */}}
{{- define "common.podLabels" -}}
{{ include "common.selector" . }}
app.kubernetes.io/part-of: argosy
app.kubernetes.io/version: {{ include "common.version" . | quote }}
{{- end -}}

{{- define "common.version" -}}
{{- .values.image.tag | default .global.image.tag | default .root.Chart.AppVersion -}}
{{- end -}}

{{- define "common.image" -}}
{{- $image := .values.image -}}
{{- $repository := $image.repository | default .facts.image -}}
{{- with .global.image.registry }}{{ $repository = printf "%s/%s" (trimSuffix "/" .) $repository }}{{ end -}}
{{- if $image.digest -}}
{{ $repository }}@{{ $image.digest }}
{{- else -}}
{{ $repository }}:{{ include "common.version" . }}
{{- end -}}
{{- end -}}

{{/* The Service in front of a service of this installation. */}}
{{- define "common.url" -}}
http://{{ include "common.installation" .scope }}-{{ .service }}
{{- end -}}
