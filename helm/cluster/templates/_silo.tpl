{{/* What is told to a silo: silo.yaml and the environment. The names are those of `cluster silo --help`. */}}

{{/* One map over another, key by key, as YAML; unlike mergeOverwrite also where a value is 0 or false. Call with (list $base $over). */}}
{{- define "cluster.overlay" -}}
{{- $base := deepCopy (index . 0) -}}
{{- range $key, $value := index . 1 -}}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) -}}
{{- $_ := set $base $key (include "cluster.overlay" (list (get $base $key) $value) | fromYaml) -}}
{{- else -}}
{{- $_ := set $base $key $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $base -}}
{{- end -}}

{{/* A pool with its defaults, as YAML: a key that a pool has takes the default's place whole. Call with (dict "root" $ "pool" $pool). */}}
{{- define "cluster.pool" -}}
{{- $pool := deepCopy .root.Values.poolDefaults -}}
{{- range $key, $value := .pool -}}
{{- $_ := set $pool $key $value -}}
{{- end -}}
{{- if eq $pool.device "cuda" -}}
{{- $gpus := dict "limits" (dict $pool.gpuResource (toString $pool.gpus)) -}}
{{- $_ := set $pool "resources" (include "cluster.overlay" (list $pool.resources $gpus) | fromYaml) -}}
{{- end -}}
{{- toYaml $pool -}}
{{- end -}}

{{- define "cluster.siloYaml" -}}
{{- $values := .root.Values -}}
{{- $clustering := dict
    "kind" $values.clustering.kind
    "probe" $values.clustering.probeSeconds
    "missed" $values.clustering.missedProbes
    "votes" $values.clustering.votes
-}}
{{- if include "cluster.connectionSecret" .root -}}
{{- $_ := set $clustering "connectionFile" "/etc/cluster/connection/connectionString" -}}
{{- else if eq $values.clustering.kind "file" -}}
{{- $_ := set $clustering "folder" "/runs/.silos" -}}
{{- end -}}
{{- $written := dict
    "cluster" (include "cluster.fullname" .root)
    "port" $values.ports.silo
    "gatewayPort" $values.ports.gateway
    "grace" $values.drainSeconds
    "log" $values.log
    "runs" "/runs"
    "clustering" $clustering
    "http" (dict "address" "0.0.0.0" "port" $values.ports.http "tokenFile" "/etc/cluster/token/token")
    "clients" (dict "tokenFile" "/etc/cluster/token/token")
    "pool" .pool.name
    "bulk" (dict "port" $values.ports.bulk)
    "queue" (dict
        "limit" $values.queue.limit
        "interval" $values.queue.intervalSeconds
        "ownerRuns" $values.queue.ownerRuns
        "ownerDevices" $values.queue.ownerDevices
        "experimentRuns" $values.queue.experimentRuns
        "experimentDevices" $values.queue.experimentDevices)
    "devices" (dict "cuda" (ternary .pool.gpus 0 (eq .pool.device "cuda")))
-}}
{{- if $values.data.existingClaim -}}
{{- $_ := set $written "data" "/data" -}}
{{- end -}}
{{- if $values.tls.enabled -}}
{{- $_ := set $written "tls" (dict
    "certificate" "/etc/cluster/tls/tls.crt"
    "key" "/etc/cluster/tls/tls.key"
    "authority" "/etc/cluster/tls/ca.crt") -}}
{{- end -}}
{{- include "cluster.overlay" (list $written .pool.config) -}}
{{- end -}}

{{- define "cluster.siloEnv" -}}
- name: CLUSTER_SILO_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: CLUSTER_SILO_ADDRESS
  valueFrom: {fieldRef: {fieldPath: status.podIP}}
# For what .NET keeps beside its assemblies: the root file system is read-only.
- {name: HOME, value: /tmp}
{{- with include "cluster.otlpEndpoint" .root }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }}}
- {name: OTEL_EXPORTER_OTLP_PROTOCOL, value: {{ $.root.Values.telemetry.protocol }}}
- {name: OTEL_RESOURCE_ATTRIBUTES, value: {{ printf "k8s.namespace.name=%s,k8s.statefulset.name=%s-%s" $.root.Release.Namespace (include "cluster.fullname" $.root) $.pool.name | quote }}}
{{- end }}
{{- end -}}

{{- define "cluster.otlpEndpoint" -}}
{{- if .Values.telemetry.endpoint -}}
{{ .Values.telemetry.endpoint }}
{{- else if .Values.telemetry.collector.enabled -}}
http://{{ include "cluster.collectorName" . }}:{{ ternary 4317 4318 (eq .Values.telemetry.protocol "grpc") }}
{{- end -}}
{{- end -}}

{{/* The secret with the connection string; empty where there is no store. */}}
{{- define "cluster.connectionSecret" -}}
{{- if not (has .Values.clustering.kind (list "postgresql" "redis")) -}}
{{- else if .Values.clustering.existingSecret -}}
{{ .Values.clustering.existingSecret }}
{{- else if include "cluster.ownPostgres" . -}}
{{ include "cluster.postgresName" . }}
{{- end -}}
{{- end -}}

{{/* A list in one silo's memory does for one silo only. */}}
{{- define "cluster.checkPools" -}}
{{- $silos := 0 -}}
{{- $names := list -}}
{{- range .Values.pools -}}
{{- if has .name $names -}}{{ fail (printf "pools: two have the name %s" .name) }}{{- end -}}
{{- $names = append $names .name -}}
{{- $silos = add $silos (ternary .replicas $.Values.poolDefaults.replicas (hasKey . "replicas")) -}}
{{- end -}}
{{- if and (eq .Values.clustering.kind "redis") (not .Values.clustering.existingSecret) -}}
{{ fail "clustering.kind redis: the chart brings no Redis; name the secret with the connection string of yours in clustering.existingSecret, and its port in clustering.port" }}
{{- end -}}
{{- if and (eq .Values.clustering.kind "localhost") (gt $silos 1) -}}
{{ fail (printf "clustering.kind localhost is for one silo, and pools have %d: choose postgresql or file" $silos) }}
{{- end -}}
{{- end -}}
