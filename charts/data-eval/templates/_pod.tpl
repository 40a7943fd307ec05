{{/* What every server here has in common. */}}

{{- define "data.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
# Otherwise each start would open files that their server wants for itself alone.
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "data.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "data.podBasics" -}}
serviceAccountName: {{ include "data.fullname" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "data.account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "data.fullname" . }}
  labels:
    {{- include "data.labels" . | nindent 4 }}
automountServiceAccountToken: false
{{- end -}}

{{- define "data.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "data.fullname" . }}
  labels:
    {{- include "data.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  selector:
    {{- include "data.selector" . | nindent 4 }}
  ports:
    {{- range .ports }}
    - name: {{ .name }}
      port: {{ .port }}
      targetPort: {{ .name }}
      protocol: TCP
    {{- end }}
{{- end -}}

{{/* The addresses of the services, one file each: from argosy-<service>-<kind>, key url. */}}
{{- define "data.addresses" -}}
name: addresses
projected:
  # Readable through the group of the pod.
  defaultMode: 0440
  sources:
    {{- range .users }}
    - secret:
        name: argosy-{{ . }}-{{ $.kind }}
        items:
          - key: url
            path: {{ . }}
    {{- end }}
{{- end -}}

{{- define "data.scripts" -}}
name: scripts
configMap:
  name: {{ include "data.installation" .root }}-data-scripts
{{- end -}}

{{/* The claim of a StatefulSet, or memory of the node for as long as the pod lives. */}}
{{- define "data.volume" -}}
{{- if not .values.persistence.enabled }}
- name: data
  emptyDir:
    sizeLimit: {{ .values.persistence.size }}
{{- end }}
{{- end -}}

{{- define "data.claim" -}}
accessModes: [ReadWriteOnce]
{{- with .values.persistence.storageClass }}
storageClassName: {{ . }}
{{- end }}
resources:
  requests:
    storage: {{ .values.persistence.size }}
{{- end -}}

{{- define "data.claims" -}}
{{- if .values.persistence.enabled }}
volumeClaimTemplates:
  - metadata:
      name: data
    spec:
      {{- include "data.claim" . | nindent 6 }}
{{- end }}
{{- end -}}
