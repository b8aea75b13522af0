{{/* What all pods have in common. */}}

{{- define "cluster.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .Values.securityContext.runAsUser }}
runAsGroup: {{ .Values.securityContext.runAsUser }}
fsGroup: {{ .Values.securityContext.fsGroup }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "cluster.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Draining, and as long again as a silo may take to end after it. */}}
{{- define "cluster.graceSeconds" -}}
{{ add .Values.drainSeconds 15 }}
{{- end -}}

{{- define "cluster.httpScheme" -}}
HTTP
{{- end -}}

{{- define "cluster.probe" -}}
httpGet: {path: {{ .path }}, port: http, scheme: {{ include "cluster.httpScheme" .root }}}
timeoutSeconds: {{ .root.Values.probes.timeoutSeconds }}
{{- end -}}

{{- define "cluster.tlsVolume" -}}
- name: tls
  secret: {secretName: {{ include "cluster.tlsSecret" . }}, defaultMode: 0440}
{{- end -}}

{{/* What tells a client, which reads the silo's variables, how to speak to the silos. */}}
{{- define "cluster.clientEnv" -}}
- {name: CLUSTER_SILO_CLUSTER, value: {{ include "cluster.fullname" . }}}
- {name: CLUSTER_SILO_CLIENTS_TOKEN_FILE, value: /etc/cluster/client/bearer}
{{- if .Values.tls.enabled }}
- {name: CLUSTER_SILO_TLS_CERTIFICATE, value: /etc/cluster/tls/tls.crt}
- {name: CLUSTER_SILO_TLS_KEY, value: /etc/cluster/tls/tls.key}
- {name: CLUSTER_SILO_TLS_AUTHORITY, value: /etc/cluster/tls/ca.crt}
{{- end }}
{{- end -}}
