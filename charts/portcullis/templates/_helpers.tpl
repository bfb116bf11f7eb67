{{- define "portcullis.labels" -}}
app.kubernetes.io/name: portcullis
{{- end }}

{{- define "portcullis.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* The file that the daemon reads. */}}
{{- define "portcullis.config" -}}
# Options of `portcullis run` under their long names, without the dashes. A change rolls out the
# daemon again, node by node; the rules stay in force meanwhile.
{{ toYaml .Values.options }}
{{ end }}

{{/*
The ConfigMap's name has a hash of its content, so that a change rolls out the daemon. It is computed as
kustomize does, so that the names are equal. With OnDelete there is none: a pod that nobody has replaced yet
must find the ConfigMap when its node restarts.
*/}}
{{- define "portcullis.configName" -}}
{{- if eq .Values.updateStrategy.type "OnDelete" -}}
portcullis
{{- else -}}
{{- $data := dict "config.yaml" (include "portcullis.config" .) -}}
{{- $hash := dict "kind" "ConfigMap" "name" "" "data" $data | toJson | sha256sum | trunc 10 -}}
portcullis-{{ $hash | replace "0" "g" | replace "1" "h" | replace "3" "k" | replace "a" "m" | replace "e" "t" }}
{{- end -}}
{{- end }}

{{- define "portcullis.port" -}}
{{ regexFind "[0-9]+$" .Values.options.listen }}
{{- end }}

{{/* A probe of the kubelet, which is on the daemon's own network. */}}
{{- define "portcullis.probe" -}}
{{- $address := regexReplaceAll ":[0-9]+$" .root.Values.options.listen "" | trimPrefix "[" | trimSuffix "]" -}}
{{- $local := dict "0.0.0.0" "127.0.0.1" "::" "::1" -}}
httpGet:
  host: {{ get $local $address | default $address | quote }}
  port: {{ include "portcullis.port" .root }}
  path: {{ .path }}
timeoutSeconds: 5
{{- end }}
