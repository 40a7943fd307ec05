{{/* The one shape of every pod. A pod scope adds component, args, secrets and what differs. */}}

{{- define "common.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "common.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* A container of the image: name, args (or command), env, ports and probes are the caller's. */}}
{{- define "common.container" -}}
name: {{ .container }}
image: {{ include "common.image" . }}
imagePullPolicy: {{ .global.image.pullPolicy }}
{{- with .command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
args:
  {{- range .args }}
  - {{ include "common.text" . | quote }}
  {{- end }}
{{- if .configMap }}
envFrom:
  - configMapRef:
      name: {{ .configMap }}
{{- end }}
env:
  - name: HOME
    value: /tmp
  {{- if not .configMap }}
  {{- range $variable, $value := .plain }}
  - name: {{ $variable }}
    value: {{ include "common.text" $value | quote }}
  {{- end }}
  {{- end }}
  {{- range $variable, $value := .environment }}
  - name: {{ $variable }}
    value: {{ $value | quote }}
  {{- end }}
  {{- include "common.secretEnv" . | nindent 2 }}
  {{- with .secretVariables }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .port }}
ports:
  - name: {{ .name }}
    containerPort: {{ .number }}
    protocol: TCP
{{- end }}
{{- if .probes }}
startupProbe:
  {{- include "common.probe" (dict "path" .paths.live "port" .port.name "timing" .probes.startup) | nindent 2 }}
readinessProbe:
  {{- include "common.probe" (dict "path" .paths.ready "port" .port.name "timing" .probes.readiness) | nindent 2 }}
livenessProbe:
  {{- include "common.probe" (dict "path" .paths.live "port" .port.name "timing" .probes.liveness) | nindent 2 }}
{{- end }}
{{- with .preStopSeconds }}
lifecycle:
  preStop:
    {{- if $.global.nativeSleep }}
    sleep:
      seconds: {{ . }}
    {{- else }}
    exec:
      command: [/opt/argosy/venv/bin/python, -c, "import time; time.sleep({{ . }})"]
    {{- end }}
{{- end }}
resources:
  {{- toYaml .resources | nindent 2 }}
securityContext:
  {{- include "common.containerSecurity" . | nindent 2 }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- include "common.secretMounts" . | nindent 2 }}
{{- end -}}

{{- define "common.probe" -}}
httpGet:
  path: {{ .path }}
  port: {{ .port }}
{{- toYaml .timing | nindent 0 }}
{{- end -}}

{{- define "common.podTemplate" -}}
metadata:
  labels:
    {{- include "common.podLabels" . | nindent 4 }}
  {{- $annotations := deepCopy .values.podAnnotations }}
  {{- if .configMap }}
  {{- $_ := set $annotations "checksum/config" (include "common.configData" . | fromYaml | toJson | sha256sum) }}
  {{- end }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ .account | default (include "common.workload" .) }}
  automountServiceAccountToken: false
  # Variables such as ARGOSY_CARTS_PORT, made from Services, would be taken for settings.
  enableServiceLinks: false
  {{- with .restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
  {{- with .gracePeriodSeconds }}
  terminationGracePeriodSeconds: {{ . }}
  {{- end }}
  {{- with .global.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with .values.scheduling.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .values.scheduling.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.scheduling.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .spread }}
  topologySpreadConstraints:
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "common.selector" $ | nindent 10 }}
      # Only pods of one release count, or a rollout would unbalance them.
      matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
  securityContext:
    {{- include "common.podSecurity" . | nindent 4 }}
  {{- if .gate }}
  initContainers:
    - {{ include "common.gate" . | nindent 6 | trim }}
  {{- end }}
  containers:
    - {{ include "common.container" . | nindent 6 | trim }}
  volumes:
    - name: tmp
      emptyDir:
        medium: Memory
        sizeLimit: {{ .values.temporary }}
    {{- include "common.secretVolumes" . | nindent 4 }}
{{- end -}}

{{/* Waits, but not for ever, until the schema is at least what this image needs. */}}
{{- define "common.gate" -}}
{{- $gate := dict "container" "gate" "secrets" .facts.databases "resources" .values.migrate.resources -}}
{{- $_ := set $gate "args" (list "gate" "--services" (join "," .facts.services) "--seconds" .values.migrate.gateSeconds) -}}
{{- $scope := pick . "root" "global" "values" "facts" "name" "component" "configMap" "plain" -}}
{{- include "common.container" (merge $gate $scope) -}}
{{- end -}}

{{- define "common.account" -}}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "common.workload" . }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end -}}
