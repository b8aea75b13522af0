#!/bin/sh
# Makes what compose.yaml needs to know in secret, in deploy/secrets/. What is there already stays.
set -eu
umask 077
cd "$(dirname -- "$0")"
mkdir -p secrets
random() { od -An -tx1 -N24 /dev/urandom | tr -d ' \n'; }
for name in token postgres-password grafana-password; do
    [ -s "secrets/$name" ] || random >"secrets/$name"
done
printf 'Host=postgres;Username=cluster;Database=cluster;Password=%s' "$(cat secrets/postgres-password)" >secrets/connection
# Compose mounts these files as they are, and containers read them as user 10001: the folder keeps others out.
chmod 644 secrets/token secrets/connection secrets/postgres-password secrets/grafana-password
chmod 700 secrets
echo "deploy/secrets holds the token, the passwords and the connection string"
