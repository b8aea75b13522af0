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

{{- define "cluster.secretMounts" -}}
- {name: token, mountPath: /etc/cluster/token, readOnly: true}
{{- if .Values.tls.enabled }}
- {name: tls, mountPath: /etc/cluster/tls, readOnly: true}
{{- end }}
{{- end -}}

{{- define "cluster.secretVolumes" -}}
- name: token
  secret:
    secretName: {{ include "cluster.tokenSecret" . }}
    items: [{key: {{ include "cluster.tokenKey" . }}, path: token}]
    defaultMode: 0440
{{- if .Values.tls.enabled }}
- name: tls
  secret: {secretName: {{ include "cluster.tlsSecret" . }}, defaultMode: 0440}
{{- end }}
{{- end -}}

{{/* How a client within Kubernetes reaches the silos. */}}
{{- define "cluster.clientArguments" -}}
- --connect
- {{ include "cluster.fullname" . }}:{{ .Values.ports.gateway }}
- --token-file
- /etc/cluster/token/token
{{- if .Values.tls.enabled }}
- --tls-certificate
- /etc/cluster/tls/tls.crt
- --tls-key
- /etc/cluster/tls/tls.key
- --tls-authority
- /etc/cluster/tls/ca.crt
{{- end }}
{{- end -}}
