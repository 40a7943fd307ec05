{{/* The whole shop: the all-in-one process, or what stands beside the charts of the services. */}}

{{- define "argosy.all" -}}
{{- $facts := .Files.Get "facts.yaml" | fromYaml }}
{{- $pages := list "/docs" "/redoc" "/openapi.json" "/api/docs" }}
{{- $scope := dict "root" . "global" .Values.global "values" .Values.allInOne "facts" $facts "path" "allInOne." }}
{{- if eq .Values.global.profile "all-in-one" }}
{{- include "argosy.assertServices" . }}
{{ include "common.process" (merge (dict "name" $facts.name "prefixes" (concat $facts.web.prefixes $pages)) $scope) }}
{{- else }}
{{ include "argosy.docs" (merge (dict "name" "docs" "prefixes" $pages) $scope) }}
{{- end }}
{{ include "argosy.administrator" (merge (dict "name" "administrator") $scope) }}
{{ include "argosy.mockRecommendations" (merge (dict "name" "mock-recommendations") $scope) }}
{{ include "argosy.test" (merge (dict "name" "test") $scope) }}
{{ include "common.rules" (merge (dict "name" "argosy") $scope) }}
{{ include "common.dashboards" (merge (dict "name" "argosy") $scope) }}
{{- end -}}

{{- define "argosy.assertServices" -}}
{{- range include "common.serviceNames" . | fromYamlArray }}
{{- if not (dig . "enabled" true ($.Values | merge dict)) }}
{{- fail (printf "%s.enabled: the all-in-one profile holds every service" .) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "argosy.assertTest" -}}
{{- if and (eq .environment "production") (not .sku) }}
{{- fail "test.sku: in production the test buys an article of the shop, and puts none of its own on sale" }}
{{- end }}
{{- if .sku }}
{{- range list "currency" "country" "shippingMethod" }}
{{- if not (index $ .) }}
{{- fail (printf "test.%s: test.sku names an article of the shop, which needs this too" .) }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A pod of the umbrella's own has none of the wishes that are for the all-in-one process. */}}
{{- define "argosy.docs" -}}
{{- $docs := .root.Values.docs }}
{{- if $docs.enabled }}
{{- include "common.assertImage" . }}
{{- $size := dict "replicas" $docs.replicas "autoscaling" (dict "enabled" false) "budget" .values.web.budget "resources" $docs.resources }}
{{- $_ := merge $size (pick .values.web "probes" "gracePeriodSeconds") }}
{{- $pod := include "common.serving" (dict "scope" . "size" $size) | fromYaml }}
{{- $_ := set $pod "args" (list "docs" "--host" "0.0.0.0" "--port" "8000") }}
{{- $_ := set $pod "port" (dict "name" "http" "number" 8000) }}
{{- $network := dict "allowFrom" list "allowTo" list }}
{{- $values := set (omit .values "network") "network" $network }}
{{- $own := dict "component" "web" "container" "docs" "values" $values "secrets" list "surge" 1 "preStopSeconds" .values.web.preStopSeconds }}
{{- $scope := merge $own (omit $pod "configMap" "gate") (omit . "values") }}
{{ include "common.deployment" $scope }}
{{ include "common.service" $scope }}
{{ include "common.serviceMonitor" $scope }}
{{ include "common.route" $scope }}
{{- end }}
{{- end -}}

{{- define "argosy.administrator" -}}
{{- $wanted := .root.Values.administrator }}
{{- if $wanted.enabled }}
{{- include "common.assertImage" . }}
{{- $facts := merge (dict "services" (list "accounts") "databases" (list "accountsDatabase")) (omit .facts "services" "databases") }}
{{- $command := list "/opt/argosy/venv/bin/python" "-m" "services.accounts.cli" }}
{{- $args := list "create-admin" "--email" $wanted.email "--name" $wanted.name }}
{{- $pod := dict "component" "administrator" "container" "administrator" "command" $command "args" $args "facts" $facts "secrets" (list "accountsDatabase") "gate" .values.migrate.enabled }}
{{- $_ := set $pod "secretVariables" (include "argosy.adminPassword" . | fromYamlArray) }}
{{ include "common.job" (merge (dict "mode" "job") $pod (omit . "facts")) }}
{{- end }}
{{- end -}}

{{/* For whoever builds on the store of recommendations before there are visitors. */}}
{{- define "argosy.mockRecommendations" -}}
{{- $wanted := .root.Values.mockRecommendations }}
{{- if $wanted.enabled }}
{{- include "common.assertImage" . }}
{{- $facts := merge (dict "services" (list "recommendations") "databases" (list "recommendationsDatabase")) (omit .facts "services" "databases") }}
{{- $command := list "/opt/argosy/venv/bin/python" "-m" "services.recommendations.cli" }}
{{- $args := list "mock" "--writer" $wanted.writer "--hours" $wanted.hours "--seed" $wanted.seed }}
{{- $pod := dict "component" "mock-recommendations" "container" "mock" "command" $command "args" $args "facts" $facts "secrets" (list "recommendationsDatabase" "recommendationsStore") "gate" .values.migrate.enabled }}
{{ include "common.job" (merge (dict "mode" "job") $pod (omit . "facts")) }}
{{- end }}
{{- end -}}

{{- define "argosy.adminPassword" -}}
- name: ARGOSY_ADMIN_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .root.Values.administrator.secret }}
      key: {{ .root.Values.administrator.key }}
{{- end -}}

{{/* helm test: buys something and follows the order to its end. */}}
{{- define "argosy.test" -}}
{{- $test := .root.Values.test }}
{{- if $test.enabled }}
{{- include "common.assertImage" . }}
{{- include "argosy.assertTest" (merge (dict "environment" .global.environment) $test) }}
{{- $place := ternary "all-in-one" "{service}" (eq .global.profile "all-in-one") }}
{{- $url := $test.url | default (include "common.url" (dict "scope" . "service" $place)) }}
{{- $args := list "--url" $url "--seconds" $test.seconds "--payment-token" $test.paymentToken }}
{{- $pod := dict "component" "test" "container" "test" "restartPolicy" "Never" "secrets" list "resources" .values.migrate.resources }}
{{- if $test.sku }}
{{- $args = concat $args (list "--sku" $test.sku "--currency" $test.currency "--country" $test.country "--shipping-method" $test.shippingMethod) }}
{{- else }}
{{- $args = concat $args (list "--administrator" .root.Values.administrator.email) }}
{{- $_ := set $pod "secretVariables" (include "argosy.adminPassword" . | fromYamlArray) }}
{{- end }}
{{- $_ := set $pod "command" (list "/opt/argosy/venv/bin/python" "-m" "libs.testing.synthetic_order") }}
{{- $_ := set $pod "args" $args }}
{{- $outside := list (dict "ports" (list 80 443)) }}
{{- $network := dict "allowTo" (ternary $outside list (ne $test.url "")) }}
{{- $scope := merge $pod (dict "values" (set (omit .values "network") "network" $network)) (omit . "values") }}
{{- $template := include "common.podTemplate" $scope | fromYaml }}
{{ include "common.account" $scope }}
{{ include "common.policy" $scope }}
---
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "common.workload" $scope }}
  labels:
    {{- include "common.labels" $scope | nindent 4 }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  {{- toYaml $template.spec | nindent 2 }}
{{- end }}
{{- end -}}
