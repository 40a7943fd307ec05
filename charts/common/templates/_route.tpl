{{/* The way in from outside: an Ingress or an HTTPRoute with the path prefixes of a service. */}}

{{- define "common.route" -}}
{{- $scope := merge (dict "component" "web") . }}
{{- if .values.route.enabled }}
{{- if eq .global.route.mode "ingress" }}
{{ include "common.ingress" $scope }}
{{- else if eq .global.route.mode "gateway" }}
{{ include "common.httpRoute" $scope }}
{{- end }}
{{- end }}
{{- end -}}

{{/* In a prefix `*` stands for any one segment, which only a regular expression can say. */}}
{{- define "common.path" -}}
{{- $pattern := replace "*" "[^/]+" . -}}
{{- contains "*" . | ternary (printf "%s(/.*)?" $pattern) . -}}
{{- end -}}

{{- define "common.ingress" -}}
{{- $ingress := .global.route.ingress -}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ include "common.fullname" . }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
  {{- with $ingress.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- with $ingress.tlsSecret }}
  tls:
    - secretName: {{ . }}
      hosts:
        {{- toYaml $.global.route.hosts | nindent 8 }}
  {{- end }}
  rules:
    {{- range .global.route.hosts | default (list "") }}
    - {{- with . }}
      host: {{ . }}
      {{- end }}
      http:
        paths:
          {{- range $.prefixes }}
          - path: {{ include "common.path" . }}
            pathType: {{ contains "*" . | ternary "ImplementationSpecific" "Prefix" }}
            backend:
              service:
                name: {{ include "common.fullname" $ }}
                port:
                  name: http
          {{- end }}
    {{- end }}
{{- end -}}

{{- define "common.httpRoute" -}}
{{- $gateway := .global.route.gateway -}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: {{ include "common.fullname" . }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
spec:
  parentRefs:
    - name: {{ $gateway.name }}
      {{- with $gateway.namespace }}
      namespace: {{ . }}
      {{- end }}
      {{- with $gateway.sectionName }}
      sectionName: {{ . }}
      {{- end }}
  {{- with .global.route.hosts }}
  hostnames:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  rules:
    {{- /* The first Gateway API has room for eight matches in a rule. */}}
    {{- range chunk 8 .prefixes }}
    - matches:
        {{- range . }}
        - path:
            type: {{ contains "*" . | ternary "RegularExpression" "PathPrefix" }}
            value: {{ include "common.path" . }}
        {{- end }}
      backendRefs:
        - name: {{ include "common.fullname" $ }}
          port: 80
    {{- end }}
{{- end -}}
