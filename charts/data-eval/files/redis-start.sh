#!/usr/bin/env bash
# Starts Redis with the one user that the services' address names; nothing is kept over a restart.
# Usage: redis-start.sh <file with the address> <options of redis-server>
set -euo pipefail
source "$(dirname "$0")/url.sh"

umask 077
read_url "$1"
shift
digest=$(printf '%s' "$password" | sha256sum)
users=${TMPDIR:-/tmp}/users.acl
user=${user:-default}
{
    [[ $user == default ]] || echo 'user default off'
    echo "user $user on #${digest%% *} ~* &* +@all -@admin"
} >"$users"
exec redis-server --aclfile "$users" --save '' --appendonly no --protected-mode no "$@"
