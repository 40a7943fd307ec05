{{/* Who may speak with whom. Both sides of a call come from the one list in _calls.tpl. */}}

{{/* The calls of this profile: in the other one some of the callers and callees do not exist. */}}
{{- define "common.currentCalls" -}}
{{- $absent := list -}}
{{- if eq .global.profile "all-in-one" }}
{{- $absent = include "common.serviceNames" . | fromYamlArray }}
{{- else }}
{{- $absent = list "all-in-one" }}
{{- end }}
{{- if ne .global.data.mode "eval" }}{{ $absent = append $absent "payment-simulator" }}{{ end }}
calls:
{{- range include "common.calls" . | fromYamlArray }}
{{- if not (or (has .from $absent) (has .to $absent)) }}
  - {{ toJson . }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "common.pods" -}}
podSelector:
  matchLabels:
    {{- include "common.selector" . | nindent 4 }}
{{- end -}}

{{/* Ingress from every component that calls this service. */}}
{{- define "common.callers" -}}
{{- range (include "common.currentCalls" . | fromYaml).calls }}
{{- if eq .to $.name }}
{{- $caller := .from }}
{{- range .components }}
- {{ include "common.pods" (merge (dict "name" $caller "component" .) (omit $ "name" "component")) | nindent 2 | trim }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Egress to every service that this component calls. */}}
{{- define "common.callees" -}}
{{- range (include "common.currentCalls" . | fromYaml).calls }}
{{- if and (eq .from $.name) (has $.component .components) }}
- {{ include "common.pods" (merge (dict "name" .to "component" .at) (omit $ "name" "component")) | nindent 2 | trim }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Where a data service is, when the values do not say it. */}}
{{- define "common.dataPeers" -}}
{{- if .peers }}
{{- toYaml .peers }}
{{- else if eq .mode "eval" }}
- {{ include "common.pods" (merge (dict "name" .server "component" "data") .scope) | nindent 2 | trim }}
{{- else if and (eq .mode "operator") (eq .server "postgresql") }}
{{- range list "cnpg.io/cluster" "cnpg.io/poolerName" }}
- namespaceSelector: {}
  podSelector:
    matchExpressions:
      - {key: {{ . }}, operator: Exists}
{{- end }}
{{- else if and (eq .mode "operator") (eq .server "rabbitmq") }}
- namespaceSelector: {}
  podSelector:
    matchLabels:
      app.kubernetes.io/component: rabbitmq
      app.kubernetes.io/part-of: rabbitmq
{{- end }}
{{- end -}}

{{- define "common.port" -}}
- protocol: TCP
  port: {{ . }}
{{- end -}}

{{/* Egress to the data services that the component's Secrets lead to. */}}
{{- define "common.dataEgress" -}}
{{- $servers := list -}}
{{- range .secrets }}
{{- $secret := include "common.secret" (dict "scope" $ "id" .) | fromYaml }}
{{- if and $secret.enabled $secret.server }}{{ $servers = append $servers $secret.server }}{{ end }}
{{- end }}
{{- range uniq $servers }}
{{- $server := index $.global.data . }}
- ports:
    {{- include "common.port" $server.port | nindent 4 }}
  {{- with include "common.dataPeers" (dict "peers" $server.peers "mode" $.global.data.mode "server" . "scope" (omit $ "name" "component")) }}
  to:
    {{- . | trim | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "common.dnsEgress" -}}
- ports:
    {{- range list "UDP" "TCP" }}
    - protocol: {{ . }}
      port: 53
    {{- end }}
  {{- with .global.network.dns }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "common.calleeEgress" -}}
{{- with include "common.callees" . | trim }}
- ports:
    {{- include "common.port" 8000 | nindent 4 }}
  to:
    {{- . | nindent 4 }}
{{- end }}
{{- range .values.network.allowTo }}
- ports:
    {{- range .ports }}
    {{- include "common.port" . | nindent 4 }}
    {{- end }}
  {{- with .peers }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Everybody who may come to the component's port. */}}
{{- define "common.visitors" -}}
{{- $lists := list .global.network.scrapedFrom }}
{{- if eq .component "web" }}
{{- include "common.callers" . }}
{{- $lists = append $lists .values.network.allowFrom }}
{{- if and .values.route.enabled (ne .global.route.mode "none") }}{{ $lists = append $lists .global.network.edgeFrom }}{{ end }}
{{- end }}
{{- range $lists }}
{{- with . }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Ingress and egress of one component; what is not listed is refused. */}}
{{- define "common.policy" -}}
{{- if .global.network.policies }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "common.workload" . }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  podSelector:
    matchLabels:
      {{- include "common.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  {{- if .port }}
  ingress:
    - ports:
        {{- include "common.port" .port.number | nindent 8 }}
      from:
        {{- include "common.visitors" . | trim | nindent 8 }}
  {{- end }}
  egress:
    {{- include "common.dnsEgress" . | nindent 4 }}
    {{- include "common.dataEgress" . | nindent 4 }}
    {{- include "common.calleeEgress" . | nindent 4 }}
{{- end }}
{{- end -}}
