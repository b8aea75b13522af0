{{/* Names and labels. */}}

{{- define "cluster.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "cluster.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "cluster.labels" -}}
{{ include "cluster.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "cluster.siloSelector" -}}
{{ include "cluster.selector" . }}
app.kubernetes.io/component: silo
{{- end -}}

{{/* Pods with this label may reach the gateway. */}}
{{- define "cluster.clientLabel" -}}
{{ include "cluster.fullname" . }}-client
{{- end -}}

{{- define "cluster.siloService" -}}
{{ include "cluster.fullname" . }}-silos
{{- end -}}

{{- define "cluster.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "cluster.fullname" .) }}
{{- end -}}

{{- define "cluster.tokenSecret" -}}
{{ .Values.auth.existingSecret | default (printf "%s-token" (include "cluster.fullname" .)) }}
{{- end -}}

{{- define "cluster.tokenKey" -}}
{{ ternary .Values.auth.existingSecretKey "token" (ne .Values.auth.existingSecret "") }}
{{- end -}}

{{- define "cluster.tlsSecret" -}}
{{- if eq .Values.tls.source "existing" -}}
{{ required "tls.source is existing: name your secret in tls.existingSecret" .Values.tls.existingSecret }}
{{- else -}}
{{ include "cluster.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{- define "cluster.runsClaim" -}}
{{ .Values.runs.existingClaim | default (printf "%s-runs" (include "cluster.fullname" .)) }}
{{- end -}}

{{/* "true" where the chart brings its own PostgreSQL. */}}
{{- define "cluster.ownPostgres" -}}
{{- if and (eq .Values.clustering.kind "postgresql") (not .Values.clustering.existingSecret) -}}true{{- end -}}
{{- end -}}

{{- define "cluster.postgresName" -}}
{{ include "cluster.fullname" . }}-postgres
{{- end -}}

{{- define "cluster.collectorName" -}}
{{ include "cluster.fullname" . }}-collector
{{- end -}}

{{- define "cluster.image" -}}
{{- $tag := .root.Values.image.tag | default .root.Chart.AppVersion -}}
{{ .root.Values.image.repository }}:{{ $tag }}{{ if eq .device "cuda" }}-cuda{{ end }}
{{- end -}}

{{/* The names that certificates are for. */}}
{{- define "cluster.tlsNames" -}}
{{- $full := include "cluster.fullname" . -}}
{{- $silos := include "cluster.siloService" . -}}
{{- toYaml (list
    $full
    (printf "%s.%s" $full .Release.Namespace)
    (printf "%s.%s.svc" $full .Release.Namespace)
    (printf "*.%s" $silos)
    (printf "*.%s.%s.svc" $silos .Release.Namespace)
    (printf "*.%s.%s.svc.cluster.local" $silos .Release.Namespace)
    "localhost") -}}
{{- end -}}
