#!/bin/bash
# Whether the silo of this container answers; bash itself opens the connection, so that the image needs no curl.
exec 3<>"/dev/tcp/127.0.0.1/${CLUSTER_SILO_HTTP_PORT:-8080}" || exit 1
printf 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
[ "$status" = 200 ]
