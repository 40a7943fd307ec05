{{/*
What no cluster could run, refused in one sentence that names the value. Types and unknown names are the
schema's affair; here is what only several values together make wrong.
*/}}

{{- define "common.assert" -}}
{{- include "common.assertImage" . }}
{{- include "common.assertRoute" . }}
{{- include "common.assertConfig" . }}
{{- include "common.assertWeb" . }}
{{- range $pool, $facts := .facts.workers }}
{{- include "common.assertWorker" (merge (dict "pool" $pool "poolFacts" $facts) $) }}
{{- end }}
{{- include "common.assertResources" (dict "path" (printf "%smigrate" .path) "resources" .values.migrate.resources) }}
{{- include "common.assertConnections" . }}
{{- end -}}

{{- define "common.assertImage" -}}
{{- if and (eq .global.environment "production") (not .values.image.digest) }}
{{- fail (printf "%simage.digest: in production an image is named by its digest, a tag may change" .path) }}
{{- end }}
{{- include "common.assertSleep" (dict "wanted" .global.nativeSleep "version" .root.Capabilities.KubeVersion.Version) }}
{{- end -}}

{{- define "common.assertSleep" -}}
{{- if and .wanted (semverCompare "<1.30-0" .version) }}
{{- fail (printf "global.nativeSleep: Kubernetes %s has no sleep action; say false" .version) }}
{{- end }}
{{- end -}}

{{- define "common.assertRoute" -}}
{{- $route := .global.route }}
{{- if and (eq $route.mode "gateway") (not $route.gateway.name) }}
{{- fail "global.route.gateway.name: route mode gateway needs the Gateway to attach to" }}
{{- end }}
{{- if and (eq $route.mode "ingress") $route.ingress.tlsSecret (not $route.hosts) }}
{{- fail "global.route.hosts: global.route.ingress.tlsSecret is for named hosts, and none is given" }}
{{- end }}
{{- end -}}

{{- define "common.assertConfig" -}}
{{- range .facts.required }}
{{- if not (hasKey $.values.config .) }}
{{- fail (printf "%sconfig.%s: is not set, and has no default" $.path .) }}
{{- end }}
{{- end }}
{{- if eq .global.environment "production" }}
{{- range .facts.web.addresses }}
{{- if and (eq (.service | default "") "payment-simulator") (not (hasKey $.values.config .variable)) }}
{{- fail (printf "%sconfig.%s: production has no payment simulator; give the address of the provider" $.path .variable) }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "common.assertWeb" -}}
{{- $web := .values.web }}
{{- $path := printf "%sweb" .path }}
{{- $needed := add $web.preStopSeconds .facts.web.drainSeconds }}
{{- if lt (int $web.gracePeriodSeconds) (int $needed) }}
{{- fail (printf "%s.gracePeriodSeconds: %v is less than preStopSeconds and the drain of %v s together, %v" $path $web.gracePeriodSeconds .facts.web.drainSeconds $needed) }}
{{- end }}
{{- include "common.assertSize" (dict "path" $path "size" $web) }}
{{- end -}}

{{- define "common.assertWorker" -}}
{{- $size := index .values.workers .pool }}
{{- $path := printf "%sworkers.%s" .path .pool }}
{{- $needed := add .poolFacts.longestSeconds 15 }}
{{- if lt (int $size.gracePeriodSeconds) (int $needed) }}
{{- fail (printf "%s.gracePeriodSeconds: %v is less than the longest task of %v s and 15 s" $path $size.gracePeriodSeconds .poolFacts.longestSeconds) }}
{{- end }}
{{- include "common.assertSize" (dict "path" $path "size" $size) }}
{{- end -}}

{{- define "common.assertSize" -}}
{{- $scaling := .size.autoscaling }}
{{- if lt (int $scaling.maxReplicas) (int $scaling.minReplicas) }}
{{- fail (printf "%s.autoscaling.maxReplicas: %v is less than minReplicas, %v" .path $scaling.maxReplicas $scaling.minReplicas) }}
{{- end }}
{{- include "common.assertBudget" . }}
{{- include "common.assertResources" (dict "path" .path "resources" .size.resources) }}
{{- end -}}

{{- define "common.assertBudget" -}}
{{- $most := .size.budget.maxUnavailable | toString }}
{{- $least := .size.budget.minAvailable | toString }}
{{- $pods := include "common.fewest" . | int }}
{{- if and (ne $most "") (ne $least "") }}
{{- fail (printf "%s.budget: maxUnavailable and minAvailable exclude each other" .path) }}
{{- end }}
{{- if has $most (list "0" "0%") }}
{{- fail (printf "%s.budget.maxUnavailable: %s allows no disruption, so no node could ever be drained" .path $most) }}
{{- end }}
{{- $kept := $least | int }}
{{- if hasSuffix "%" $least }}
{{- $kept = divf (mulf (trimSuffix "%" $least) $pods) 100 | ceil | int }}
{{- end }}
{{- if and (ne $least "") (gt $pods 1) (ge $kept $pods) }}
{{- fail (printf "%s.budget.minAvailable: %s of %d pods allows no disruption, so no node could ever be drained" .path $least $pods) }}
{{- end }}
{{- end -}}

{{- define "common.assertResources" -}}
{{- $limits := .resources.limits | default dict }}
{{- range $kind, $request := .resources.requests | default dict }}
{{- $limit := index $limits $kind }}
{{- if $limit }}
{{- if gt (include "common.quantity" $request | float64) (include "common.quantity" $limit | float64) }}
{{- fail (printf "%s.resources.requests.%s: %s is above the limit of %s" $.path $kind $request $limit) }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A Kubernetes quantity in cores or bytes. */}}
{{- define "common.quantity" -}}
{{- $units := dict "m" 0.001 "K" 1e3 "M" 1e6 "G" 1e9 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 }}
{{- $unit := regexFind "[A-Za-z]+$" . }}
{{- mulf (trimSuffix $unit .) (index $units $unit | default 1) }}
{{- end -}}

{{/*
Pods at their most, one more while they are replaced, each with as many connections as its pool may open:
no database of the installation may be asked for more than it grants.
*/}}
{{- define "common.assertConnections" -}}
{{- $pool := .values.config.ARGOSY_DATABASE_POOL_SIZE | default .facts.pool.size | int }}
{{- $each := add $pool .facts.pool.overflow | int }}
{{- $web := mul (include "common.most" (dict "size" .values.web)) .values.web.workers $each }}
{{- $sum := $web }}
{{- range $name, $facts := .facts.workers }}
{{- $size := index $.values.workers $name }}
{{- $sum = add $sum (mul (include "common.most" (dict "size" $size)) $facts.processes $each) }}
{{- end }}
{{- if gt (int $sum) (int .values.database.connections) }}
{{- fail (printf "%sdatabase.connections: %v are granted, but the pods may open %v" .path .values.database.connections $sum) }}
{{- end }}
{{- end -}}

{{- define "common.most" -}}
{{- add 1 (ternary .size.autoscaling.maxReplicas .size.replicas .size.autoscaling.enabled) -}}
{{- end -}}
