{{/* Existing Secrets: which one an id of the contract means here, and how a pod gets it. */}}

{{/* One entry of the contract, with what the values say about it. */}}
{{- define "common.secret" -}}
{{- $given := index (.scope.values.secrets | default dict) .id | default dict -}}
{{- $known := dict -}}
{{- range .scope.facts.secrets }}{{ if eq .id $.id }}{{ $known = . }}{{ end }}{{ end -}}
{{- $enabled := ternary $known.given true (hasKey $known "given") -}}
{{- if hasKey $given "enabled" }}{{ $enabled = $given.enabled }}{{ end -}}
name: {{ $given.name | default $known.secret }}
key: {{ $given.key | default $known.key | quote }}
kind: {{ $known.kind }}
variable: {{ $known.variable }}
server: {{ $known.server | default "" | quote }}
enabled: {{ $enabled }}
folder: /etc/argosy/{{ kebabcase .id }}
volume: {{ kebabcase .id }}
{{- end -}}

{{- define "common.secretEnv" -}}
{{- range .secrets }}
{{- $secret := include "common.secret" (dict "scope" $ "id" .) | fromYaml }}
{{- if $secret.enabled }}
- name: {{ $secret.variable }}
{{- if eq $secret.kind "env" }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret.name }}
      key: {{ $secret.key }}
{{- else if eq $secret.kind "file" }}
  value: {{ $secret.folder }}/{{ $secret.key }}
{{- else }}
  value: {{ $secret.folder }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "common.secretMounts" -}}
{{- range .secrets }}
{{- $secret := include "common.secret" (dict "scope" $ "id" .) | fromYaml }}
{{- if and $secret.enabled (ne $secret.kind "env") }}
- name: {{ $secret.volume }}
  mountPath: {{ $secret.folder }}
  readOnly: true
{{- end }}
{{- end }}
{{- end -}}

{{- define "common.secretVolumes" -}}
{{- range .secrets }}
{{- $secret := include "common.secret" (dict "scope" $ "id" .) | fromYaml }}
{{- if and $secret.enabled (ne $secret.kind "env") }}
- name: {{ $secret.volume }}
  secret:
    secretName: {{ $secret.name }}
    # Readable through the group of the pod.
    defaultMode: 0440
{{- if $secret.key }}
    items:
      - key: {{ $secret.key }}
        path: {{ $secret.key }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
