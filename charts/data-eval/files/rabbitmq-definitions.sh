#!/usr/bin/env bash
# Writes the users, hashed passwords and permissions that the broker loads whenever it starts.
# Usage: rabbitmq-definitions.sh <template> <folder of addresses> <result>
set -euo pipefail
source "$(dirname "$0")/url.sh"

# RabbitMQ's own form: base64 of a salt of four bytes and of SHA-256 over salt and password.
hash_password() {
    local salt digest
    salt=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
    digest=$({ from_hex "$salt"; printf '%s' "$1"; } | sha256sum)
    from_hex "$salt${digest%% *}" | base64 --wrap=0
}

from_hex() {
    printf '%b' "$(sed 's/../\\x&/g' <<<"$1")"
}

definitions=$(<"$1")
for file in "$2"/*; do
    service=${file##*/}
    read_url "$file"
    [[ $user == "$service" && $path == argosy ]] ||
        refuse "the broker address of $service must name the user $service and the virtual host argosy"
    definitions=${definitions//"@$service@"/$(hash_password "$password")}
done
printf '%s\n' "$definitions" >"$3"
