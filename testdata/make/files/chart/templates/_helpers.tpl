{{/*
An image reference: <global.imageRegistry>/<repository>@<digest>. A repository that contains a slash is used as it
is. Without a digest the tag is used, which the release values never leave to happen.
*/}}
{{- define "cloudgrid.image" -}}
{{- $repository := .image.repository -}}
{{- if not (contains "/" $repository) -}}
{{- $repository = printf "%s/%s" .root.Values.global.imageRegistry $repository -}}
{{- end -}}
{{- if .image.digest -}}
{{- printf "%s@%s" $repository .image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default .root.Chart.AppVersion .image.tag) -}}
{{- end -}}
{{- end -}}
