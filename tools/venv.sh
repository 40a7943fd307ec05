#!/usr/bin/env bash
# Create .venv and install the given locks; does nothing when they are installed already.
set -euo pipefail
cd "$(dirname "$0")/.."

refuse() {
    echo "$1" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3 python}; do
        if is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    refuse "Argosy needs Python 3.11 or newer, and none is on the path (PYTHON=/path/to/python names one)."
}

create() {
    local python
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        refuse "$python has no venv module: on Debian, install the package python3-venv."
    "$python" -m venv --clear .venv ||
        refuse "$python could not create .venv, see above."
}

# A message of pip's may hold the address of a package index, which is nobody's business.
without_addresses() {
    sed -u -E 's#[a-z+]+://[^ )"]*#(address left out)#g'
}

install() {
    local locks=()
    for lock in "$@"; do locks+=(--requirement "$lock"); done
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes "${locks[@]}" 2>&1 | without_addresses >&2 ||
        refuse "The packages of $* could not be installed, see above."
}

is_installed() {
    (cd .venv && sha256sum --status --check "$1.sha256") 2>/dev/null
}

is_new_enough .venv/bin/python || create
for lock in "$@"; do
    is_installed "$lock" && continue
    echo "Installing $* into .venv" >&2
    install "$@"
    for installed in "$@"; do (cd .venv && sha256sum "../$installed" >"$installed.sha256"); done
    break
done
