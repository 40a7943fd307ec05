#!/usr/bin/env bash
# Gives each service the role and the database that its address names, at every start: a new service
# gets its own, and a changed password counts. Usage: postgresql-roles.sh <folder of addresses>
set -euo pipefail
source "$(dirname "$0")/url.sh"

# The server that the image starts to initialise its files does not listen on TCP.
wait_for_server() {
    local tries
    for ((tries = 0; tries < 120; tries++)); do
        if pg_isready --quiet --host 127.0.0.1; then return; fi
        sleep 1
    done
    refuse "PostgreSQL did not answer within two minutes"
}

make_role_and_database() {
    SERVICE=$1 PASSWORD=$2 psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --dbname postgres <<'SQL'
\getenv service SERVICE
\getenv password PASSWORD
-- A statement that fails must not write the password to the log.
SET log_min_error_statement = panic;
SELECT format('CREATE ROLE %I', :'service')
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'service') \gexec
ALTER ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'service', :'service')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'service') \gexec
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
}

wait_for_server
for file in "$1"/*; do
    service=${file##*/}
    read_url "$file"
    [[ $user == "$service" && $path == "$service" ]] ||
        refuse "the database address of $service must name the role and the database $service"
    make_role_and_database "$service" "$password"
done
