#!/usr/bin/env bash
# Starts PostgreSQL. Nobody knows the password of its superuser, who is reached by the socket alone.
set -euo pipefail

POSTGRES_PASSWORD=$(head -c 32 /dev/urandom | base64)
export POSTGRES_PASSWORD
exec docker-entrypoint.sh postgres "$@"
