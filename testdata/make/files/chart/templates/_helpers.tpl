{{/* The name before all objects: the release's, and the chart's where that is not in it. */}}
{{- define "cloudgrid.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $long := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $long .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of a part: `root` and `part`, written with dashes. */}}
{{- define "cloudgrid.part" -}}
{{- printf "%s-%s" (include "cloudgrid.fullname" .root) .part -}}
{{- end -}}

{{/* The labels by which a part is selected. */}}
{{- define "cloudgrid.selector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end -}}

{{- define "cloudgrid.labels" -}}
{{ include "cloudgrid.selector" . }}
app.kubernetes.io/part-of: cloudgrid
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{/*
The reference of an image: `root`, and `image` with repository, tag and digest. A repository with a slash is used as it
is; before others comes the registry. The digest counts before the tag, and the tag before the chart's appVersion.
*/}}
{{- define "cloudgrid.image" -}}
{{- $name := .image.repository -}}
{{- if not (contains "/" $name) -}}
{{- $name = printf "%s/%s" (trimSuffix "/" .root.Values.global.imageRegistry) $name -}}
{{- end -}}
{{- if .image.digest -}}
{{- printf "%s@%s" $name .image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default (printf "v%s" (trimPrefix "v" .root.Chart.AppVersion)) .image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "cloudgrid.serviceAccount" -}}
{{- $own := ternary (include "cloudgrid.fullname" .) "default" .Values.serviceAccount.create -}}
{{- default $own .Values.serviceAccount.name -}}
{{- end -}}

{{- define "cloudgrid.natsURL" -}}
{{- if .Values.nats.bundled.enabled -}}
nats://{{ include "cloudgrid.part" (dict "root" . "part" "nats") }}:{{ .Values.nats.service.port }}
{{- else -}}
{{ required "nats.external.url is needed where nats.bundled.enabled is false" .Values.nats.external.url }}
{{- end -}}
{{- end -}}

{{- define "cloudgrid.surrealdbURL" -}}
{{- if .Values.surrealdb.bundled.enabled -}}
http://{{ include "cloudgrid.part" (dict "root" . "part" "surrealdb") }}:{{ .Values.surrealdb.service.port }}/rpc
{{- else -}}
{{ required "surrealdb.external.url is needed where surrealdb.bundled.enabled is false" .Values.surrealdb.external.url }}
{{- end -}}
{{- end -}}

{{/* The secret with the database's account: the chart's own where the database is. */}}
{{- define "cloudgrid.surrealdbSecret" -}}
{{- if .Values.surrealdb.bundled.enabled -}}
{{ include "cloudgrid.part" (dict "root" . "part" "surrealdb") }}
{{- else -}}
{{ required "surrealdb.external.existingSecret is needed where surrealdb.bundled.enabled is false" .Values.surrealdb.external.existingSecret }}
{{- end -}}
{{- end -}}

{{/* An environment variable out of a secret: `variable`, `secret`, `key`. */}}
{{- define "cloudgrid.secretVariable" -}}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret | quote }}
      key: {{ .key | quote }}
{{- end -}}

{{/* The environment of a service: `root`, `key` and `service`. */}}
{{- define "cloudgrid.environment" -}}
{{- $values := .root.Values -}}
- name: CLOUDGRID_DEPLOYMENT_MODE
  value: {{ $values.deploymentMode | quote }}
- name: CLOUDGRID_AUTH_MODE
  value: {{ $values.authMode | quote }}
- name: CLOUDGRID_NATS_URL
  value: {{ include "cloudgrid.natsURL" .root | quote }}
{{- if dig "surrealdbSecret" "enabled" false .service }}
- name: CLOUDGRID_STORAGE_ADAPTER
  value: surrealdb
- name: CLOUDGRID_SURREALDB_URL
  value: {{ include "cloudgrid.surrealdbURL" .root | quote }}
- name: CLOUDGRID_SURREALDB_NAMESPACE
  value: {{ $values.surrealdb.namespace | quote }}
- name: CLOUDGRID_SURREALDB_DATABASE
  value: {{ $values.surrealdb.database | quote }}
{{- $secret := include "cloudgrid.surrealdbSecret" .root }}
{{ include "cloudgrid.secretVariable" (dict "variable" "CLOUDGRID_SURREALDB_USERNAME" "secret" $secret "key" $values.surrealdb.external.usernameKey) }}
{{ include "cloudgrid.secretVariable" (dict "variable" "CLOUDGRID_SURREALDB_PASSWORD" "secret" $secret "key" $values.surrealdb.external.passwordKey) }}
{{- end }}
{{- if eq .key "bff" }}
{{ include "cloudgrid.secretVariable" (dict "variable" "CLOUDGRID_SESSION_SECRET" "secret" $values.session.existingSecret "key" $values.session.secretKey) }}
{{- end }}
{{- with .service.serviceTokenAuth }}
{{- if eq $values.authMode "sso" }}
- name: CLOUDGRID_SERVICE_TOKEN_ISSUER
  value: {{ required "otlpCollector.serviceTokenAuth.issuer is needed with authMode sso" .issuer | quote }}
- name: CLOUDGRID_SERVICE_TOKEN_AUDIENCE
  value: {{ required "otlpCollector.serviceTokenAuth.audience is needed with authMode sso" .audience | quote }}
- name: CLOUDGRID_SERVICE_TOKEN_JWKS_URL
  value: {{ required "otlpCollector.serviceTokenAuth.jwksUrl is needed with authMode sso" .jwksUrl | quote }}
{{- end }}
{{- end }}
{{- with .service.secretStore }}
- name: CLOUDGRID_SECRET_STORE_ADAPTER
  value: {{ .adapter | quote }}
- name: CLOUDGRID_SECRET_STORE_SURREALDB_NAMESPACE
  value: {{ .surrealdbNamespace | quote }}
- name: CLOUDGRID_SECRET_STORE_SURREALDB_DATABASE
  value: {{ .surrealdbDatabase | quote }}
{{- end }}
{{- with .service.secretStoreEncryptionKey }}
{{- if .existingSecret }}
{{ include "cloudgrid.secretVariable" (dict "variable" "CLOUDGRID_SECRET_STORE_ENCRYPTION_KEY" "secret" .existingSecret "key" .secretKey) }}
{{- end }}
{{- end }}
{{- range $name, $value := .service.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}
