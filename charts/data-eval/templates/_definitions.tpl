{{/* What RabbitMQ loads whenever it starts; @name@ stands for the hashed password of a user. */}}

{{- define "data.definitions" -}}
{{- $broker := (.Files.Get "facts.yaml" | fromYaml).broker -}}
{{- $users := list -}}
{{- $permissions := list -}}
{{- $topics := list -}}
{{- range include "data.brokerUsers" . | fromYamlArray -}}
{{- $rights := index $broker.users . -}}
{{- $whose := dict "user" . "vhost" $broker.vhost -}}
{{- $users = append $users (dict "name" . "password_hash" (printf "@%s@" .) "hashing_algorithm" "rabbit_password_hashing_sha256" "tags" (list "management")) -}}
{{- $permissions = append $permissions (merge (deepCopy $rights.permissions) $whose) -}}
{{- range $rights.topics -}}
{{- $topics = append $topics (merge (deepCopy .) $whose) -}}
{{- end -}}
{{- end -}}
{{ dict "vhosts" (list (dict "name" $broker.vhost)) "users" $users "permissions" $permissions "topic_permissions" $topics | toPrettyJson }}
{{- end -}}
